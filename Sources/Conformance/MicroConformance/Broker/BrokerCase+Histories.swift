// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let histories = [
        BrokerCase(
            "B39", .capability, "A durable subscription, and a queue, get what was published while nobody had them",
            motive: "Events of the time of a deployment are lost.", needs: ["durability"],
            refusal: refuses { $0.durableName = "durable" }
        ) { trial in
            let durable: (inout SubscribeOptions) -> Void = { $0.durableName = trial.queue("durable") }
            let first = try await trial.record(trial.b, durable)
            try await trial.publish(["before"])
            try await trial.eventually(first, gets: ["before"])
            let client = try await trial.makeClient()
            let topic = trial.topic("queued")
            let member = try await trial.record(client, topic: topic, queue: trial.queueIfClaimed)
            await first.subscription.cancel()
            await member.subscription.cancel()
            await client.close()
            try await trial.publish(texts(0..<50))
            try await trial.publish(texts(0..<50), to: topic)
            try await trial.eventually(try await trial.record(trial.a, durable), gets: texts(0..<50))
            if let queue = trial.queueIfClaimed {
                try await trial.eventually(try await trial.record(topic: topic, queue: queue), gets: texts(0..<50))
            }
        },
        BrokerCase(
            "B40", .capability, "Who asks for what was published before gets it, in order, and then what is new",
            motive: "History begins at the next message, or comes twice.", needs: ["replay"],
            refusal: refuses { $0.start = .all }
        ) { trial in
            try await trial.publish(texts(0..<20))
            let all = try await trial.record { $0.start = .all }
            let new = try await trial.record()
            try await trial.publish(texts(20..<30))
            try await trial.eventually(all, gets: texts(0..<30))
            try await trial.eventually(new, gets: texts(20..<30))
            try trial.expect(all.texts, is: texts(0..<30), "the order")
        },
    ]
}
