// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let heartbeats = [
        RegistryCase(
            "R22", .fault, "A node without heartbeats goes when its time to live is over, and watchers are told",
            rationale: "Dead nodes stay for ever, or live ones go too early."
        ) { context in
            let recorder = context.record(try context.b.watch("svc"))
            let all = context.record(try context.b.watch(nil))
            let timeToLive = context.bounds.timeToLive
            let started = ContinuousClock.now
            let outcome = try await context.a.register(context.record(), timeToLive: timeToLive)
            try await context.eventually(recorder, sees: [context.record()])
            let effectiveTimeToLive = outcome.timeToLive ?? timeToLive
            try await context.eventually(recorder, sees: [], within: effectiveTimeToLive + context.bounds.expirySlack)
            let lived = ContinuousClock.now - started
            try context.expect(
                lived >= effectiveTimeToLive - context.bounds.expiryGranularity,
                "a node lives for \(effectiveTimeToLive), it lived \(lived)")
            try await context.eventually(context.b, sees: [])
            try await context.eventually(all, sees: [], within: context.bounds.expirySlack)
        },
        RegistryCase(
            "R23", .core, "A node with heartbeats is never absent, for five times its time to live",
            rationale: "Races between expiry and refresh make live nodes flicker."
        ) { context in
            let timeToLive = context.bounds.timeToLive
            var configuration = Registration.Configuration()
            configuration.timeToLive = timeToLive
            let registration = try Registration(
                of: context.record(), in: context.a, configuration: configuration, logger: .silent)
            try await registration.start(within: context.bounds.recoveryTimeout)
            let heartbeat = Task { await registration.run() }
            defer { heartbeat.cancel() }
            let recorder = context.record(try context.b.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()])
            let before = recorder.states.count
            try await context.never("the node is absent", during: timeToLive * 5) {
                try await context.b.lookUp("svc").isEmpty || recorder.states.count > before
            }
            heartbeat.cancel()
            await heartbeat.value
            try await context.eventually(context.b, sees: [])
        },
        RegistryCase(
            "R24", .core, "The time to live in force is told; a short one is raised, none is for ever, none below zero",
            rationale: "Adapters ignore it, round it to nothing, or take a negative one for none."
        ) { context in
            let requested = context.bounds.timeToLive
            let granted = try await context.a.register(context.record(), timeToLive: requested).timeToLive
            try context.expect(
                granted.map { $0 >= requested } ?? false,
                "the time to live in force is at least \(requested), not \(granted.map { "\($0)" } ?? "nil")")
            let raised = try await context.a.register(context.record(node: "short"), timeToLive: .nanoseconds(1))
                .timeToLive
            try context.expect(
                raised.map { $0 >= context.bounds.minTimeToLive } ?? false,
                "a short time to live is raised to \(context.bounds.minTimeToLive), not \(raised.map { "\($0)" } ?? "nil")"
            )
            for wrong in [Duration.zero, .seconds(-1)] {
                try await context.expectError(.invalidArgument, from: "a time to live of \(wrong)") {
                    try await context.a.register(context.record("wrong"), timeToLive: wrong)
                }
            }
            let forever = try await context.a.register(context.record("forever"), timeToLive: nil).timeToLive
            try context.expect(forever, is: nil, "the time to live of a registration without one")
            try await context.eventually(context.b, sees: [context.record("forever")], of: "forever")
            try await context.never("it goes all the same", during: requested * 2) {
                try await context.b.lookUp("forever").isEmpty
            }
        },
    ]
}
