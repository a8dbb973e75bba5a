// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let networkFailures = [
        RegistryCase(
            "R40", .fault, "A watch whose connection is dead, though nothing says so, turns stale, and comes back",
            rationale: "A firewall forgets a connection, and the watch waits on it for ever.", hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = [proxy.address] }
            try await context.register(context.record())
            let recorders = [context.record(try client.watch("svc")), context.record(try client.watch(nil))]
            for recorder in recorders {
                try await context.eventually(recorder, sees: [context.record()], within: context.bounds.recoveryTimeout)
            }
            proxy.faults = [.blackHole]
            let newer = context.record(port: 9)
            try await context.register(newer)
            for recorder in recorders {
                try await context.eventually("the watch turns stale", within: context.bounds.halfOpenTimeout) {
                    if case .stale = recorder.last?.freshness { true } else { false }
                }
                try context.expect(recorder.last?["svc"], is: [context.record()], "the stale state")
            }
            proxy.faults = []
            for recorder in recorders {
                try await context.eventually(recorder, sees: [newer], within: context.bounds.recoveryTimeout)
            }
        },
        RegistryCase(
            "R45", .fault,
            "Of several addresses one that works is used: when the first is dead, and when it dies later",
            rationale: "Only the first address is ever asked.", hooks: [.endpoint]
        ) { context in
            let (first, second) = (try await context.makeProxy(), try await context.makeProxy())
            first.faults = [.refuse]
            let client = try await context.makeClient { $0.addresses = [first.address, second.address] }
            try await context.register(context.record(), by: client)
            try await context.eventually(client, sees: [context.record()])
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()], within: context.bounds.recoveryTimeout)

            first.faults = []
            second.faults = [.refuse]
            second.dropConnections()
            let newer = context.record(port: 9)
            try await context.register(newer)
            try await context.eventually("a look-up works by the other address", within: context.bounds.recoveryTimeout)
            {
                do { return try await client.lookUp("svc") == [newer] } catch is MicroError { return false }
            }
            try await context.register(newer, by: client)
            try await context.eventually(recorder, sees: [newer], within: context.bounds.recoveryTimeout)
        },
        RegistryCase(
            "R48", .fault, "What does not answer is given up at the deadline, or at once when cancelled",
            rationale: "A backend that accepts and says nothing hangs its clients.", hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            proxy.faults = [.unresponsive]
            let shortTimeoutClient = try await context.makeClient {
                $0.addresses = [proxy.address]
                $0.timeout = .milliseconds(300)
            }
            let operations: [(String, @Sendable (any Registry) async throws -> Void)] = [
                ("looking up", { _ = try await $0.lookUp("svc") }), ("listing", { _ = try await $0.list() }),
                ("registering", { try await $0.register(context.record(), timeToLive: .seconds(60)) }),
                ("deregistering", { try await $0.deregister(context.record()) }),
            ]
            for (what, operation) in operations {
                let started = ContinuousClock.now
                try await context.expectError(.deadlineExceeded, .unavailable, from: what) {
                    try await operation(shortTimeoutClient)
                }
                let took = ContinuousClock.now - started
                try context.expect(
                    took < .milliseconds(600), "\(what) ends at its deadline of 300 ms, not after \(took)")
            }
            let longTimeoutClient = try await context.makeClient {
                $0.addresses = [proxy.address]
                $0.timeout = .seconds(60)
            }
            for (what, operation) in operations {
                let (clientReadCount, started) = (proxy.traffic.clientReadCount, ContinuousClock.now)
                let task = Task { try await operation(longTimeoutClient) }
                try await context.eventually("\(what) is on its way", within: .seconds(5)) {
                    proxy.traffic.clientReadCount > clientReadCount
                }
                let cancelled = ContinuousClock.now
                task.cancel()
                let result = await task.result
                let took = ContinuousClock.now - cancelled
                try context.expect(took < .milliseconds(500), "\(what) ends when it is cancelled, not after \(took)")
                guard case .failure(let error) = result, error is CancellationError else {
                    throw ConformanceFailure("\(what): expected CancellationError, found \(result) after \(started)")
                }
            }
        },
    ]
}
