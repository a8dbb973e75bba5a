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
            try await context.withHeartbeat { recorder in
                let before = recorder.states.count
                try await context.never("the node is absent", during: context.bounds.expiry.timeToLive * 5) {
                    try await context.reader.lookUp("svc").isEmpty || recorder.states.count > before
                }
            }
            try await context.eventually(context.reader, sees: [])
        },
        RegistryCase(
            "R24", .core,
            "The effective time to live is reported: short values are raised, none is unlimited, others are refused.",
            rationale: "Adapters ignore the time to live, round it to zero, or take a negative one for none."
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
    ]

    private static func text(_ timeToLive: Duration?) -> String { timeToLive.map { "\($0)" } ?? "nil" }
}
