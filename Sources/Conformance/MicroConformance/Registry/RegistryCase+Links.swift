// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let links = [
        RegistryCase(
            "R40", .fault, "A watch whose connection is dead, though nothing says so, turns stale, and comes back",
            motive: "A firewall forgets a connection, and the watch waits on it for ever.", hooks: [.entrance]
        ) { trial in
            let proxy = try await trial.makeProxy()
            let client = try await trial.makeClient { $0.addresses = [proxy.address] }
            try await trial.register(trial.record())
            let recorders = [trial.record(try client.watch("svc")), trial.record(try client.watch(nil))]
            for recorder in recorders {
                try await trial.eventually(recorder, sees: [trial.record()], within: trial.bounds.heal)
            }
            proxy.faults = [.blackHole]
            let newer = trial.record(port: 9)
            try await trial.register(newer)
            for recorder in recorders {
                try await trial.eventually("the watch turns stale", within: trial.bounds.halfOpen) {
                    if case .stale = recorder.last?.freshness { true } else { false }
                }
                try trial.expect(recorder.last?["svc"], is: [trial.record()], "the stale state")
            }
            proxy.faults = []
            for recorder in recorders {
                try await trial.eventually(recorder, sees: [newer], within: trial.bounds.heal)
            }
        },
        RegistryCase(
            "R45", .fault,
            "Of several addresses one that works is used: when the first is dead, and when it dies later",
            motive: "Only the first address is ever asked.", hooks: [.entrance]
        ) { trial in
            let (first, second) = (try await trial.makeProxy(), try await trial.makeProxy())
            first.faults = [.refuse]
            let client = try await trial.makeClient { $0.addresses = [first.address, second.address] }
            try await trial.register(trial.record(), by: client)
            try await trial.eventually(client, sees: [trial.record()])
            let recorder = trial.record(try client.watch("svc"))
            try await trial.eventually(recorder, sees: [trial.record()], within: trial.bounds.heal)

            first.faults = []
            second.faults = [.refuse]
            second.dropConnections()
            let newer = trial.record(port: 9)
            try await trial.register(newer)
            try await trial.eventually("a look-up works by the other address", within: trial.bounds.heal) {
                do { return try await client.lookUp("svc") == [newer] } catch is MicroError { return false }
            }
            try await trial.register(newer, by: client)
            try await trial.eventually(recorder, sees: [newer], within: trial.bounds.heal)
        },
        RegistryCase(
            "R48", .fault, "What does not answer is given up at the deadline, or at once when cancelled",
            motive: "A backend that accepts and says nothing hangs its clients.", hooks: [.entrance]
        ) { trial in
            let proxy = try await trial.makeProxy()
            proxy.faults = [.silence]
            let hasty = try await trial.makeClient {
                $0.addresses = [proxy.address]
                $0.timeout = .milliseconds(300)
            }
            let operations: [(String, @Sendable (any Registry) async throws -> Void)] = [
                ("looking up", { _ = try await $0.lookUp("svc") }), ("listing", { _ = try await $0.list() }),
                ("registering", { try await $0.register(trial.record(), timeToLive: .seconds(60)) }),
                ("deregistering", { try await $0.deregister(trial.record()) }),
            ]
            for (what, operation) in operations {
                let started = ContinuousClock.now
                try await trial.expectError(.deadlineExceeded, .unavailable, from: what) { try await operation(hasty) }
                let took = ContinuousClock.now - started
                try trial.expect(took < .milliseconds(600), "\(what) ends at its deadline of 300 ms, not after \(took)")
            }
            let patient = try await trial.makeClient {
                $0.addresses = [proxy.address]
                $0.timeout = .seconds(60)
            }
            for (what, operation) in operations {
                let (bursts, started) = (proxy.traffic.bursts, ContinuousClock.now)
                let task = Task { try await operation(patient) }
                try await trial.eventually("\(what) is on its way", within: .seconds(5)) {
                    proxy.traffic.bursts > bursts
                }
                let cancelled = ContinuousClock.now
                task.cancel()
                let result = await task.result
                let took = ContinuousClock.now - cancelled
                try trial.expect(took < .milliseconds(500), "\(what) ends when it is cancelled, not after \(took)")
                guard case .failure(let error) = result, error is CancellationError else {
                    throw ConformanceFailure("\(what): expected CancellationError, found \(result) after \(started)")
                }
            }
        },
    ]
}
