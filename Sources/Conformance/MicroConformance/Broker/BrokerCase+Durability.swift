// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let durability = [
        BrokerCase(
            "B39", .capability, "A durable subscription, and a queue, get what was published while nobody had them",
            rationale: "Events of the time of a deployment are lost.", needs: ["durability"],
            verifyUnsupported: subscribeIsUnsupported { $0.durableName = "durable" }
        ) { context in
            let durable: (inout SubscribeOptions) -> Void = { $0.durableName = context.queue("durable") }
            let first = try await context.record(context.b, durable)
            try await context.publish(["before"])
            try await context.eventually(first, gets: ["before"])
            let client = try await context.makeClient()
            let topic = context.topic("queued")
            let member = try await context.record(client, topic: topic, queue: context.queueIfClaimed)
            await first.subscription.cancel()
            await member.subscription.cancel()
            await client.close()
            try await context.publish(texts(0..<50))
            try await context.publish(texts(0..<50), to: topic)
            try await context.eventually(try await context.record(context.a, durable), gets: texts(0..<50))
            if let queue = context.queueIfClaimed {
                try await context.eventually(try await context.record(topic: topic, queue: queue), gets: texts(0..<50))
            }
        },
        BrokerCase(
            "B40", .capability, "Who asks for what was published before gets it, in order, and then what is new",
            rationale: "History begins at the next message, or comes twice.", needs: ["replay"],
            verifyUnsupported: subscribeIsUnsupported { $0.start = .all }
        ) { context in
            try await context.publish(texts(0..<20))
            let all = try await context.record { $0.start = .all }
            let new = try await context.record()
            try await context.publish(texts(20..<30))
            try await context.eventually(all, gets: texts(0..<30))
            try await context.eventually(new, gets: texts(20..<30))
            try context.expect(all.texts, is: texts(0..<30), "the order")
        },
    ]
}
