// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let networkFailures = [
        BrokerCase(
            "B58", .fault,
            "Of several addresses one that works is used: when the first is dead, and when it dies later",
            rationale: "Only the first address is ever connected to.", hooks: [.endpoint]
        ) { context in
            let (first, second) = (try await context.makeProxy(), try await context.makeProxy())
            first.faults = [.refuse]
            let client = try await context.makeClient { $0.addresses = [first.address, second.address] }
            let mine = try await context.record(client)
            let theirs = try await context.record()
            try await context.eventuallyDelivers(from: client, to: theirs)
            try await context.eventuallyDelivers(from: context.a, to: mine)
            first.faults = []
            second.faults = [.refuse]
            second.dropConnections()
            try await context.eventuallyDelivers(from: client, to: theirs)
            try await context.eventuallyDelivers(from: context.a, to: mine)
            try await context.publish(texts(0..<20))
            try await context.eventually("everything comes") { Set(mine.texts).isSuperset(of: texts(0..<20)) }
        },
        BrokerCase(
            "B59", .fault, "What does not answer is given up at the deadline, or at once when cancelled",
            rationale: "A server that accepts and says nothing hangs its clients.", hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            proxy.faults = [.unresponsive]
            let operations: [(String, @Sendable (any Broker) async throws -> Void)] = [
                ("publishing", { try await $0.publish(BrokerMessage(), to: context.topic()) }),
                ("subscribing", { _ = try await $0.subscribe(to: context.topic()) }),
            ]
            for (what, operation) in operations {
                let shortTimeoutClient = try await context.makeClient {
                    $0.addresses = [proxy.address]
                    $0.timeout = .milliseconds(300)
                }
                let started = ContinuousClock.now
                try await context.expectError(.deadlineExceeded, .unavailable, from: what) {
                    try await operation(shortTimeoutClient)
                }
                let took = ContinuousClock.now - started
                try context.expect(
                    took < .milliseconds(600), "\(what) ends at its deadline of 300 ms, not after \(took)")

                let longTimeoutClient = try await context.makeClient {
                    $0.addresses = [proxy.address]
                    $0.timeout = .seconds(60)
                }
                let connections = proxy.traffic.connections
                let task = Task { try await operation(longTimeoutClient) }
                try await context.eventually("\(what) is on its way") { proxy.traffic.connections > connections }
                let cancelled = ContinuousClock.now
                task.cancel()
                let result = await task.result
                let delay = ContinuousClock.now - cancelled
                try context.expect(delay < .milliseconds(500), "\(what) ends when it is cancelled, not after \(delay)")
                guard case .failure(let error) = result, error is CancellationError else {
                    throw ConformanceFailure("\(what): expected CancellationError, found \(result)")
                }
            }
        },
        BrokerCase(
            "B60", .fault, "A subscription whose connection is dead, though nothing says so, comes back by another one",
            rationale: "A firewall forgets a connection, and the subscription waits on it for ever.", hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = [proxy.address] }
            let recorder = try await context.record(client)
            try await context.eventuallyDelivers(from: context.a, to: recorder)
            let connections = proxy.traffic.connections
            // Those that are open, and not those that come.
            for number in 1...connections { proxy.faults.append(Fault.blackHole.onConnection(number)) }
            try await context.eventuallyDelivers(
                from: context.a, to: recorder, within: context.bounds.halfOpenTimeout + context.bounds.recoveryTimeout)
            // Where publishers bring messages to the subscribers themselves, that connection is not needed for it.
            if !context.claims.contains("directDelivery") {
                try context.expect(proxy.traffic.connections > connections, "it has connected anew")
            }
        },
        BrokerCase(
            "B64", .fault, "What a member of a queue has not acknowledged when it is cut off is given to the others",
            rationale: "A dead member keeps what it was sent until its connection times out, or for ever.",
            needs: ["acknowledgements", "queues"], hooks: [.endpoint]
        ) { context in
            let wait = context.bounds.acknowledgementTimeout
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = [proxy.address] }
            let lostMember = try await context.record(client, queue: context.queue()) {
                $0.acknowledgementTimeout = wait
            } handle: { _ in
            }
            try await context.publish(texts(0..<20))
            try await context.eventually("the member has got some") { lostMember.count > 0 }
            proxy.faults = [.blackHole]
            let successor = try await context.record(queue: context.queue()) { $0.acknowledgementTimeout = wait }
            // What goes to the member until the server knows that it is dead comes again, too.
            try await context.eventually(
                "the others get all of it",
                within: wait * 4 + context.bounds.deliveryTimeout + context.bounds.recoveryTimeout
            ) { Set(successor.texts) == Set(texts(0..<20)) }
        },
    ]
}
