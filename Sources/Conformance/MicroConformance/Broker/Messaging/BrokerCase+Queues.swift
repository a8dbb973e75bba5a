// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let queues = [
        BrokerCase(
            "B10", .capability, "Each message of a queue goes to one member, and every member gets some.",
            rationale: "Adapters ignore queues, or deliver everything to one member.", capabilities: ["queues"],
            verifyUnsupported: queueIsUnsupported
        ) { context in
            let third = try await context.makeClient()
            let members = [
                try await context.record(context.publisher, queue: context.queue()),
                try await context.record(context.subscriber, queue: context.queue()),
                try await context.record(third, queue: context.queue()),
            ]
            try await context.publish(context.texts(0..<300))
            try await context.eventually(members, share: context.texts(0..<300))
            try context.expect(
                members.allSatisfy { $0.count > 0 }, "every member gets some messages; they got \(members.map(\.count))"
            )
        },
        BrokerCase(
            "B11", .capability, "Each of several queues gets every message once, in one client and in several.",
            rationale: "Adapters treat queues of one process, or of one topic, as one queue.",
            capabilities: ["queues"], verifyUnsupported: queueIsUnsupported
        ) { context in
            let (one, two) = (context.queue("one"), context.queue("two"))
            let ones = [
                try await context.record(context.publisher, queue: one),
                try await context.record(context.subscriber, queue: one),
                try await context.record(context.subscriber, queue: one),
            ]
            let twos = [
                try await context.record(context.publisher, queue: two),
                try await context.record(context.subscriber, queue: two),
            ]
            try await context.publish(context.texts(0..<200))
            for members in [ones, twos] { try await context.eventually(members, share: context.texts(0..<200)) }
        },
        BrokerCase(
            "B12", .capability, "Subscribers without a queue get every message in spite of a queue on the same topic.",
            rationale: "Subscribers without a queue miss messages that a queue gets.", capabilities: ["queues"],
            verifyUnsupported: queueIsUnsupported
        ) { context in
            let members = [
                try await context.record(context.publisher, queue: context.queue()),
                try await context.record(context.subscriber, queue: context.queue()),
            ]
            let others = [try await context.record(context.publisher), try await context.record(context.subscriber)]
            try await context.publish(context.texts(0..<200))
            try await context.eventually(members, share: context.texts(0..<200))
            for other in others { try await context.eventually(other, gets: context.texts(0..<200)) }
        },
        BrokerCase(
            "B68", .capability, "A queue on a wildcard pattern delivers each matching message to one member.",
            rationale: "The queue is ignored for patterns, and every member gets every message.",
            capabilities: ["queues", "wildcards"], verifyUnsupported: queueOnPatternIsUnsupported
        ) { context in
            let pattern = context.topic("orders.*")
            let members = [
                try await context.record(context.publisher, topic: pattern, queue: context.queue()),
                try await context.record(context.subscriber, topic: pattern, queue: context.queue()),
            ]
            let single = try await context.record(topic: pattern)
            for number in 0..<100 {
                try await context.publish(["\(number)"], to: context.topic("orders.t\(number % 4)"))
            }
            try await context.eventually(members, share: context.texts(0..<100))
            try await context.eventually(single, gets: context.texts(0..<100))
        },
        BrokerCase(
            "B69", .capability, "Members of a queue get the headers and topics of their messages.",
            rationale: "Queues use another code path, which decodes only the body.", capabilities: ["queues"],
            verifyUnsupported: queueIsUnsupported
        ) { context in
            let members = [
                try await context.record(context.publisher, queue: context.queue()),
                try await context.record(context.subscriber, queue: context.queue()),
            ]
            // In the order of their names, which is also kept by envelopes without an order.
            let messages = (0..<50).map { BrokerMessage(headers: ["k": "v", "number": "\($0)"], text: "\($0)") }
            for message in messages { try await context.publisher.publish(message, to: context.topic()) }
            try await context.eventually(members, share: context.texts(0..<50))
            for delivery in members.flatMap(\.deliveries) {
                try context.expect(
                    delivery.message,
                    is: BrokerMessage(headers: ["k": "v", "number": delivery.text], text: delivery.text),
                    "message \(delivery.text)")
                try context.expect(delivery.topic, is: context.topic(), "the topic of message \(delivery.text)")
            }
        },
    ]

    private static let queueOnPatternIsUnsupported: @Sendable (BrokerTestContext) async throws -> Void = { context in
        try await context.expectUnsupported("subscribing to a pattern with a queue") {
            _ = try await context.subscriber.subscribe(to: context.topic("orders.*"), queue: context.queue())
        }
    }

    static let queueIsUnsupported: @Sendable (BrokerTestContext) async throws -> Void = { context in
        try await context.expectUnsupported("subscribing with a queue") {
            _ = try await context.subscriber.subscribe(to: context.topic(), queue: context.queue())
        }
    }
}
