// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let networkFailures = [
        BrokerCase(
            "B58", .fault,
            "With several addresses a client uses a reachable one, and fails over when the one in use fails.",
            rationale: "Adapters use only the first address.", hooks: [.endpoint]
        ) { context in
            let failover = try await context.makeFailoverClient()
            let client = failover.client
            let inbound = try await context.record(client)
            let outbound = try await context.record()
            try await context.eventuallyDelivers(from: client, to: outbound)
            try await context.eventuallyDelivers(from: context.publisher, to: inbound)
            failover.switchAddresses()
            try await context.eventuallyDelivers(from: client, to: outbound)
            try await context.eventuallyDelivers(from: context.publisher, to: inbound)
            try await context.publish(context.texts(0..<20))
            try await context.eventually(inbound, includes: context.texts(0..<20))
        },
        BrokerCase(
            "B59", .fault,
            "Operations on a backend that never responds end at their deadline, and promptly when cancelled.",
            rationale: "A server that accepts connections and sends nothing blocks its clients.", hooks: [.endpoint]
        ) { context in
            let operations: [NamedOperation<any Broker>] = [
                NamedOperation("publishing") { try await $0.publish(BrokerMessage(), to: context.topic()) },
                NamedOperation("subscribing") { _ = try await $0.subscribe(to: context.topic()) },
            ]
            try await context.checkDeadlinesAndCancellation(of: operations) { $0.connections }
        },
        BrokerCase(
            "B60", .fault, "A subscription on a half-open connection resumes on another connection.",
            rationale: "After a firewall drops a connection silently, a subscription waits on it forever.",
            hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = [proxy.address] }
            let recorder = try await context.record(client)
            try await context.eventuallyDelivers(from: context.publisher, to: recorder)
            let connections = proxy.traffic.connections
            // Affects the open connections, but not later ones.
            for number in 1...connections { proxy.faults.append(NetworkFault.blackHole.onConnection(number)) }
            let timeouts = context.bounds.timeouts
            try await context.eventuallyDelivers(
                from: context.publisher, to: recorder, within: timeouts.halfOpen + timeouts.recovery)
            // Publishers that deliver directly do not use this connection.
            if !context.claims.contains("directDelivery") {
                try context.expect(proxy.traffic.connections > connections, "the client has connected again")
            }
        },
        BrokerCase(
            "B64", .fault,
            "Messages that a member of a queue has not acknowledged when it is disconnected go to other members.",
            rationale: "A dead member keeps its messages until its connection times out, or forever.",
            capabilities: ["acknowledgements", "queues"], hooks: [.endpoint]
        ) { context in
            let timeouts = context.bounds.timeouts
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = [proxy.address] }
            let lostMember = try await context.record(client, queue: context.queue()) {
                $0.acknowledgementTimeout = timeouts.acknowledgement
            } handle: { _ in
            }
            try await context.publish(context.texts(0..<20))
            try await context.eventually("the member gets a message") { lostMember.count > 0 }
            proxy.faults = [.blackHole]
            let successor = try await context.record(queue: context.queue()) {
                $0.acknowledgementTimeout = timeouts.acknowledgement
            }
            // Messages sent to the member until the server detects the failure are redelivered as well.
            try await context.eventually(
                "another member gets all messages",
                within: timeouts.acknowledgement * 4 + timeouts.delivery + timeouts.recovery
            ) { Set(successor.texts) == Set(context.texts(0..<20)) }
        },
    ]
}
