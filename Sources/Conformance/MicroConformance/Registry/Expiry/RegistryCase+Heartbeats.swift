// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let heartbeats = [
        RegistryCase(
            "R22", .fault, "A node without heartbeats expires at the end of its time to live, and watches see it.",
            rationale: "Dead nodes never expire, or live nodes expire too early."
        ) { context in
            let recorder = context.record(try context.reader.watch("svc"))
            let all = context.record(try context.reader.watch(nil))
            let expiry = context.bounds.expiry
            let started = ContinuousClock.now
            let outcome = try await context.writer.register(context.record(), timeToLive: expiry.timeToLive)
            try await context.eventually(recorder, sees: [context.record()])
            let effectiveTimeToLive = outcome.timeToLive ?? expiry.timeToLive
            try await context.eventually(recorder, sees: [], within: effectiveTimeToLive + expiry.slack)
            let lifetime = ContinuousClock.now - started
            try context.expect(
                lifetime >= effectiveTimeToLive - expiry.granularity,
                "the node lives for at least \(effectiveTimeToLive - expiry.granularity); it lived for \(lifetime)")
            try await context.eventually(context.reader, sees: [])
            try await context.eventually(all, sees: [], within: expiry.slack)
        },
        RegistryCase(
            "R23", .core, "A node with heartbeats is never absent during five times its time to live.",
            rationale: "Races between expiry and refresh remove live nodes temporarily."
        ) { context in
            try await context.withHeartbeat(losesNode: false) { recorder in
                let before = recorder.states.count
                try await context.never("the node is absent", during: context.bounds.expiry.timeToLive * 5) {
                    try await context.reader.lookUp("svc").isEmpty || recorder.states.count > before
                }
            }
            try await context.eventually(context.reader, sees: [])
        },
        RegistryCase(
            "R24", .core,
            "The effective time to live is reported: short values are raised, nil never expires, invalid ones fail.",
            rationale: "Adapters ignore the time to live, round it to zero, or treat a negative one as no limit."
        ) { context in
            let expiry = context.bounds.expiry
            let granted = try await context.writer.register(context.record(), timeToLive: expiry.timeToLive).timeToLive
            try context.expect(
                granted.map { $0 >= expiry.timeToLive } ?? false,
                "the effective time to live is at least \(expiry.timeToLive); found \(Self.text(granted))")
            let raised = try await context.writer.register(context.record(node: "short"), timeToLive: .nanoseconds(1))
                .timeToLive
            try context.expect(
                raised.map { $0 >= expiry.minTimeToLive } ?? false,
                "a short time to live is raised to \(expiry.minTimeToLive); found \(Self.text(raised))")
            for wrong in [Duration.zero, .seconds(-1)] {
                try await context.expectError(.invalidArgument, from: "a time to live of \(wrong)") {
                    try await context.writer.register(context.record("wrong"), timeToLive: wrong)
                }
            }
            let unlimited = try await context.writer.register(context.record("forever"), timeToLive: nil).timeToLive
            try context.expect(unlimited, is: nil, "the time to live of a registration without one")
            try await context.eventually(context.reader, sees: [context.record("forever")], of: "forever")
            try await context.never("a node without a time to live expires", during: expiry.timeToLive * 2) {
                try await context.reader.lookUp("forever").isEmpty
            }
        },
        RegistryCase(
            "R85", .core, "Heartbeats keep every node of a record registered, for three times its time to live.",
            rationale: "A heartbeat refreshes only the first node of a record, and the others expire."
        ) { context in
            let record = context.record(nodes: 0..<3)
            try await context.withHeartbeat(of: record, losesNode: false) { recorder in
                let before = recorder.states.count
                try await context.never("a node is absent", during: context.bounds.expiry.timeToLive * 3) {
                    let found = try await context.reader.lookUp("svc").flatMap(\.nodes).count
                    return found != record.nodes.count
                        || recorder.states.dropFirst(before).contains {
                            $0["svc"].flatMap(\.nodes).count != record.nodes.count
                        }
                }
            }
        },
        RegistryCase(
            "R86", .core, "A registration reports that it created a node if and only if a node is new.",
            rationale: "If every heartbeat reports a lost node, the report is useless for detecting losses."
        ) { context in
            let timeToLive = context.bounds.expiry.timeToLive
            let first = try await context.writer.register(context.record(nodes: 0..<2), timeToLive: timeToLive)
            try context.expect(first.created, "the first registration reports created nodes")
            for number in 1...3 {
                let heartbeat = try await context.writer.register(context.record(nodes: 0..<2), timeToLive: timeToLive)
                try context.expect(!heartbeat.created, "heartbeat \(number) reports no created node")
            }
            var changed = context.record(nodes: 0..<2)
            changed.metadata["changed"] = "yes"
            let update = try await context.writer.register(changed, timeToLive: timeToLive)
            try context.expect(!update.created, "a registration with changed metadata reports no created node")
            changed.nodes = context.record(nodes: 0..<3).nodes
            let extended = try await context.writer.register(changed, timeToLive: timeToLive)
            try context.expect(extended.created, "a registration with an additional node reports a created node")
        },
        RegistryCase(
            "R87", .capability, "After one of several nodes was lost, the next heartbeat restores and reports it.",
            rationale: "Adapters report only the state of the first or of the last node of a record.",
            capabilities: ["foreignDeregistration"]
        ) { context in
            let record = context.record(nodes: 0..<3)
            for number in 0..<3 {
                try await context.register(record)
                try await context.eventually(context.reader, sees: [record])
                try await context.reader.deregister(context.record(nodes: [number]))
                try await context.eventually("one node is lost") {
                    try await context.writer.lookUp("svc").flatMap(\.nodes).count == 2
                }
                let outcome = try await context.register(record)
                try context.expect(outcome.created, "the heartbeat reports the loss of node \(number)")
                try await context.eventually(context.reader, sees: [record])
            }
        },
        RegistryCase(
            "R88", .core, "Registering a node again without a time to live removes its expiry.",
            rationale: "The lease of the earlier registration stays attached, and the node expires."
        ) { context in
            let timeToLive = context.bounds.expiry.timeToLive
            try await context.writer.register(context.record(), timeToLive: timeToLive)
            let outcome = try await context.writer.register(context.record(), timeToLive: nil)
            try context.expect(outcome.timeToLive, is: nil, "the effective time to live")
            try await context.eventually(context.reader, sees: [context.record()])
            try await context.never(
                "the node expires", during: timeToLive * 2 + min(context.bounds.expiry.slack, .seconds(3))
            ) { try await context.reader.lookUp("svc").isEmpty }
        },
    ]

    private static func text(_ timeToLive: Duration?) -> String { timeToLive.map { "\($0)" } ?? "nil" }
}
