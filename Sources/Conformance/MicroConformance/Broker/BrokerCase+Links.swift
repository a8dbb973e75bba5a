// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let links = [
        BrokerCase(
            "B58", .fault,
            "Of several addresses one that works is used: when the first is dead, and when it dies later",
            motive: "Only the first address is ever connected to.", hooks: [.entrance]
        ) { trial in
            let (first, second) = (try await trial.makeProxy(), try await trial.makeProxy())
            first.faults = [.refuse]
            let client = try await trial.makeClient { $0.addresses = [first.address, second.address] }
            let mine = try await trial.record(client)
            let theirs = try await trial.record()
            try await trial.eventuallyFlows(from: client, to: theirs)
            try await trial.eventuallyFlows(from: trial.a, to: mine)
            first.faults = []
            second.faults = [.refuse]
            second.dropConnections()
            try await trial.eventuallyFlows(from: client, to: theirs)
            try await trial.eventuallyFlows(from: trial.a, to: mine)
            try await trial.publish(texts(0..<20))
            try await trial.eventually("everything comes") { Set(mine.texts).isSuperset(of: texts(0..<20)) }
        },
        BrokerCase(
            "B59", .fault, "What does not answer is given up at the deadline, or at once when cancelled",
            motive: "A server that accepts and says nothing hangs its clients.", hooks: [.entrance]
        ) { trial in
            let proxy = try await trial.makeProxy()
            proxy.faults = [.silence]
            let operations: [(String, @Sendable (any Broker) async throws -> Void)] = [
                ("publishing", { try await $0.publish(Message(), to: trial.topic()) }),
                ("subscribing", { _ = try await $0.subscribe(to: trial.topic()) }),
            ]
            for (what, operation) in operations {
                let hasty = try await trial.makeClient {
                    $0.addresses = [proxy.address]
                    $0.timeout = .milliseconds(300)
                }
                let started = ContinuousClock.now
                try await trial.expectError(.deadlineExceeded, .unavailable, from: what) { try await operation(hasty) }
                let took = ContinuousClock.now - started
                try trial.expect(took < .milliseconds(600), "\(what) ends at its deadline of 300 ms, not after \(took)")

                let patient = try await trial.makeClient {
                    $0.addresses = [proxy.address]
                    $0.timeout = .seconds(60)
                }
                let connections = proxy.traffic.connections
                let task = Task { try await operation(patient) }
                try await trial.eventually("\(what) is on its way") { proxy.traffic.connections > connections }
                let cancelled = ContinuousClock.now
                task.cancel()
                let result = await task.result
                let delay = ContinuousClock.now - cancelled
                try trial.expect(delay < .milliseconds(500), "\(what) ends when it is cancelled, not after \(delay)")
                guard case .failure(let error) = result, error is CancellationError else {
                    throw ConformanceFailure("\(what): expected CancellationError, found \(result)")
                }
            }
        },
        BrokerCase(
            "B60", .fault, "A subscription whose connection is dead, though nothing says so, comes back by another one",
            motive: "A firewall forgets a connection, and the subscription waits on it for ever.", hooks: [.entrance]
        ) { trial in
            let proxy = try await trial.makeProxy()
            let client = try await trial.makeClient { $0.addresses = [proxy.address] }
            let recorder = try await trial.record(client)
            try await trial.eventuallyFlows(from: trial.a, to: recorder)
            let connections = proxy.traffic.connections
            // Those that are open, and not those that come.
            for number in 1...connections { proxy.faults.append(Fault.blackHole.onConnection(number)) }
            try await trial.eventuallyFlows(
                from: trial.a, to: recorder, within: trial.bounds.halfOpen + trial.bounds.heal)
            // Where publishers bring messages to the subscribers themselves, that connection is not needed for it.
            if !trial.claims.contains("directDelivery") {
                try trial.expect(proxy.traffic.connections > connections, "it has connected anew")
            }
        },
        BrokerCase(
            "B64", .fault, "What a member of a queue has not acknowledged when it is cut off is given to the others",
            motive: "A dead member keeps what it was sent until its connection times out, or for ever.",
            needs: ["acknowledgements", "queues"], hooks: [.entrance]
        ) { trial in
            let wait = trial.bounds.acknowledgeWait
            let proxy = try await trial.makeProxy()
            let client = try await trial.makeClient { $0.addresses = [proxy.address] }
            let dying = try await trial.record(client, queue: trial.queue()) {
                $0.acknowledgeWait = wait
            } handle: { _ in
            }
            try await trial.publish(texts(0..<20))
            try await trial.eventually("the member has got some") { dying.count > 0 }
            proxy.faults = [.blackHole]
            let heir = try await trial.record(queue: trial.queue()) { $0.acknowledgeWait = wait }
            // What goes to the member until the server knows that it is dead comes again, too.
            try await trial.eventually(
                "the others get all of it", within: wait * 4 + trial.bounds.delivery + trial.bounds.heal
            ) { Set(heir.texts) == Set(texts(0..<20)) }
        },
    ]
}
