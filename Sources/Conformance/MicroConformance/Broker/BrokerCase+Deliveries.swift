// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension BrokerCase {
    static let deliveries = [
        BrokerCase(
            "B01", .core, "A hundred messages arrive with the bodies and headers that they were published with",
            rationale: "What is encoded on the way has to be decoded to the same."
        ) { context in
            let recorder = try await context.record()
            let messages = (0..<100).map { number in
                BrokerMessage(
                    headers: ["content-type": "text/plain", "message-id": "\(number)"],
                    body: ByteBuffer(string: "body \(number)"))
            }
            for message in messages { try await context.a.publish(message, to: context.topic()) }
            try await context.eventually("all have come") { recorder.count >= messages.count }
            let found = recorder.deliveries.sorted { $0.number < $1.number }
            try context.expect(found.map(\.message), is: messages, "the messages")
            try context.expect(
                found.allSatisfy { $0.topic == context.topic() && $0.attempt == 1 && $0.droppedBefore == 0 },
                "each has its topic, is a first attempt, and nothing was dropped before it")
        },
        BrokerCase(
            "B02", .core, "A subscription is in effect when subscribing returns",
            rationale: "Subscribing that goes on in the background loses what is published next."
        ) { context in
            for round in 0..<100 {
                let topic = context.topic("round-\(round)")
                let recorder = try await context.record(topic: topic)
                try await context.publish(["\(round)"], to: topic)
                try await context.eventually(recorder, gets: ["\(round)"])
                await recorder.subscription.cancel()
            }
        },
        BrokerCase(
            "B03", .core, "Publishing without subscribers works, and who subscribes later gets what is new",
            rationale: "Publishers fail because nobody listens, or messages turn up long afterwards."
        ) { context in
            try await context.publish(texts(0..<10))
            let recorder = try await context.record()
            try await context.never("something old comes") { recorder.count > 0 }
            try await context.publish(["new"])
            try await context.eventually(recorder, gets: ["new"])
        },
        BrokerCase(
            "B08", .core, "Messages of twenty topics, published at once, do not stray",
            rationale: "Shared connections mix up what belongs to whom."
        ) { context in
            var recorders: [DeliveryRecorder] = []
            for number in 0..<20 { recorders.append(try await context.record(topic: context.topic("t\(number)"))) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await context.publish(
                            (0..<100).map { "\(number).\($0)" }, to: context.topic("t\(number)"))
                    }
                }
                try await group.waitForAll()
            }
            for (number, recorder) in recorders.enumerated() {
                try await context.eventually(recorder, gets: (0..<100).map { "\(number).\($0)" })
            }
        },
        BrokerCase(
            "B09", .core, "Everyone who has subscribed without a queue gets every message",
            rationale: "Subscriptions of one client, or of one topic, are taken for one."
        ) { context in
            let recorders = [
                try await context.record(context.a), try await context.record(context.b),
                try await context.record(context.b),
            ]
            try await context.publish(texts(0..<100))
            for recorder in recorders { try await context.eventually(recorder, gets: texts(0..<100)) }
        },
        BrokerCase(
            "B14", .capability, "Messages of one publisher arrive in the order in which they were published",
            rationale: "Pools of connections and tasks for each message mix them up.", needs: ["ordering"]
        ) { context in
            let recorder = try await context.record()
            let other = try await context.makeClient()
            let count = context.bounds.messages
            async let theirs: Void = context.publish((0..<count).map { "b\($0)" }, by: other)
            async let mine: Void = context.publish((0..<count).map { "a\($0)" })
            _ = try await (theirs, mine)
            try await context.eventually("all have come") { recorder.count >= count * 2 }
            for publisher in ["a", "b"] {
                let found = recorder.texts.filter { $0.hasPrefix(publisher) }
                try context.expect(found, is: (0..<count).map { "\(publisher)\($0)" }, "the order")
            }
        },
        BrokerCase(
            "B37", .core, "What is published at once arrives once, and what one subscriber changes no other sees",
            rationale: "Buffers are shared, and counters are not locked."
        ) { context in
            let changing = try await context.record { _ in
            } handle: { delivery in
                var message = delivery.message
                message.headers["k"] = "changed"
                message.body.setInteger(UInt8(ascii: "!"), at: message.body.readerIndex)
                delivery.acknowledge()
            }
            let recorder = try await context.record(context.a)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in 0..<50 {
                    group.addTask {
                        for number in 0..<100 {
                            let message = BrokerMessage(headers: ["k": "v"], text: "\(publisher).\(number)")
                            try await context.a.publish(message, to: context.topic())
                        }
                    }
                }
                try await group.waitForAll()
            }
            let all = (0..<50).flatMap { publisher in (0..<100).map { "\(publisher).\($0)" } }
            for recorder in [recorder, changing] {
                try await context.eventually(recorder, gets: all)
                try context.expect(
                    recorder.deliveries.allSatisfy { $0.message.headers["k"] == "v" }, "headers are as they were")
            }
        },
    ]
}

extension Delivery {
    /// Which of the messages of B01 it is.
    fileprivate var number: Int { message.headers["message-id"].flatMap { Int($0) } ?? -1 }
}
