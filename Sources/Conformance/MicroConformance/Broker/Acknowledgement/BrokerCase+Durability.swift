// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let durability = [
        BrokerCase(
            "B39", .capability,
            "A durable subscription and a queue get the messages published while they had no subscriber.",
            rationale: "Events published during a deployment are lost.", capabilities: ["durability"],
            verifyUnsupported: subscribeIsUnsupported { $0.durableName = "durable" }
        ) { context in
            let durable: (inout SubscribeOptions) -> Void = { $0.durableName = context.queue("durable") }
            let first = try await context.record(context.subscriber, durable)
            try await context.publish(["before"])
            try await context.eventually(first, gets: ["before"])
            let client = try await context.makeClient()
            let topic = context.topic("queued")
            let member = try await context.record(client, topic: topic, queue: context.queueIfClaimed)
            await first.subscription.cancel()
            await member.subscription.cancel()
            await client.close()
            try await context.publish(context.texts(0..<50))
            try await context.publish(context.texts(0..<50), to: topic)
            try await context.eventually(
                try await context.record(context.publisher, durable), gets: context.texts(0..<50))
            if let queue = context.queueIfClaimed {
                try await context.eventually(
                    try await context.record(topic: topic, queue: queue), gets: context.texts(0..<50))
            }
        },
        BrokerCase(
            "B40", .capability,
            "A subscription that starts with all messages gets earlier messages in order, followed by new ones.",
            rationale: "The history starts at the next message, or is delivered twice.", capabilities: ["replay"],
            verifyUnsupported: subscribeIsUnsupported { $0.start = .all }
        ) { context in
            try await context.publish(context.texts(0..<20))
            let all = try await context.record { $0.start = .all }
            let new = try await context.record()
            try await context.publish(context.texts(20..<30))
            try await context.eventually(all, gets: context.texts(0..<30))
            try await context.eventually(new, gets: context.texts(20..<30))
            try context.expect(all.texts, is: context.texts(0..<30), "the messages in their order")
        },
    ]
}
