// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let heartbeats = [
        RegistryCase(
            "R22", .fault, "A node without heartbeats goes when its time to live is over, and watchers are told",
            motive: "Dead nodes stay for ever, or live ones go too early."
        ) { trial in
            let recorder = trial.record(try trial.b.watch("svc"))
            let all = trial.record(try trial.b.watch(nil))
            let timeToLive = trial.bounds.timeToLive
            let started = ContinuousClock.now
            let outcome = try await trial.a.register(trial.record(), timeToLive: timeToLive)
            try await trial.eventually(recorder, sees: [trial.record()])
            let inForce = outcome.timeToLive ?? timeToLive
            try await trial.eventually(recorder, sees: [], within: inForce + trial.bounds.expirySlack)
            let lived = ContinuousClock.now - started
            try trial.expect(
                lived >= inForce - trial.bounds.expiryGranularity, "a node lives for \(inForce), it lived \(lived)")
            try await trial.eventually(trial.b, sees: [])
            try await trial.eventually(all, sees: [], within: trial.bounds.expirySlack)
        },
        RegistryCase(
            "R23", .core, "A node with heartbeats is never absent, for five times its time to live",
            motive: "Races between expiry and refresh make live nodes flicker."
        ) { trial in
            let timeToLive = trial.bounds.timeToLive
            var configuration = Registration.Configuration()
            configuration.timeToLive = timeToLive
            let registration = try Registration(
                of: trial.record(), in: trial.a, configuration: configuration, logger: .silent)
            try await registration.start(within: trial.bounds.heal)
            let heartbeat = Task { await registration.run() }
            defer { heartbeat.cancel() }
            let recorder = trial.record(try trial.b.watch("svc"))
            try await trial.eventually(recorder, sees: [trial.record()])
            let before = recorder.states.count
            try await trial.never("the node is absent", during: timeToLive * 5) {
                try await trial.b.lookUp("svc").isEmpty || recorder.states.count > before
            }
            heartbeat.cancel()
            await heartbeat.value
            try await trial.eventually(trial.b, sees: [])
        },
        RegistryCase(
            "R24", .core, "The time to live in force is told; a short one is raised, none is for ever, none below zero",
            motive: "Adapters ignore it, round it to nothing, or take a negative one for none."
        ) { trial in
            let asked = trial.bounds.timeToLive
            let told = try await trial.a.register(trial.record(), timeToLive: asked).timeToLive
            try trial.expect(
                told.map { $0 >= asked } ?? false,
                "the time to live in force is at least \(asked), not \(told.map { "\($0)" } ?? "nil")")
            let raised = try await trial.a.register(trial.record(node: "short"), timeToLive: .nanoseconds(1)).timeToLive
            try trial.expect(
                raised.map { $0 >= trial.bounds.shortestTimeToLive } ?? false,
                "a short time to live is raised to \(trial.bounds.shortestTimeToLive), not \(raised.map { "\($0)" } ?? "nil")"
            )
            for wrong in [Duration.zero, .seconds(-1)] {
                try await trial.expectError(.invalidArgument, from: "a time to live of \(wrong)") {
                    try await trial.a.register(trial.record("wrong"), timeToLive: wrong)
                }
            }
            let forever = try await trial.a.register(trial.record("forever"), timeToLive: nil).timeToLive
            try trial.expect(forever, is: nil, "the time to live of a registration without one")
            try await trial.eventually(trial.b, sees: [trial.record("forever")], of: "forever")
            try await trial.never("it goes all the same", during: asked * 2) {
                try await trial.b.lookUp("forever").isEmpty
            }
        },
    ]
}
