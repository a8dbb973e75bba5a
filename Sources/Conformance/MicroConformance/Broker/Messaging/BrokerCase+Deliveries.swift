// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension BrokerCase {
    static let deliveries = [
        BrokerCase(
            "B01", .core, "A hundred messages arrive with their bodies and headers unchanged.",
            rationale: "Encoding and decoding a message must be inverse to each other."
        ) { context in
            let recorder = try await context.record()
            let messages = (0..<100).map { number in
                BrokerMessage(
                    headers: ["content-type": "text/plain", "message-id": "\(number)"],
                    body: ByteBuffer(string: "body \(number)"))
            }
            for message in messages { try await context.publisher.publish(message, to: context.topic()) }
            try await context.eventually("all messages arrive") { recorder.count >= messages.count }
            let found = recorder.deliveries.sorted { $0.number < $1.number }
            try context.expect(found.map(\.message), is: messages, "the messages")
            try context.expect(
                found.allSatisfy { $0.topic == context.topic() && $0.attempt == 1 && $0.droppedBefore == 0 },
                "each delivery has its topic, is the first attempt, and follows no dropped message")
        },
        BrokerCase(
            "B02", .core, "A subscription is in effect when subscribing returns.",
            rationale: "If subscribing continues in the background, the next messages are lost."
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
            "B03", .core, "Publishing without subscribers succeeds, and a later subscriber gets only new messages.",
            rationale: "Publishing fails without subscribers, or messages are delivered long afterwards."
        ) { context in
            let marker = try await context.record(topic: context.topic("marker"))
            try await context.publish(context.texts(0..<10))
            // Sent after them: without a confirmation, the messages may be on their way when `publish` returns.
            try await context.publish(["sent"], to: context.topic("marker"))
            try await context.eventually(marker, gets: ["sent"])
            let recorder = try await context.record()
            try await context.never("an old message arrives") { recorder.count > 0 }
            try await context.publish(["new"])
            try await context.eventually(recorder, gets: ["new"])
        },
        BrokerCase(
            "B08", .core, "Messages published concurrently to twenty topics arrive only at subscribers of their topic.",
            rationale: "Adapters that share connections deliver messages to the wrong subscriber."
        ) { context in
            var recorders: [DeliveryRecorder] = []
            for number in 0..<20 { recorders.append(try await context.record(topic: context.topic("t\(number)"))) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await context.publish(["below"], to: context.topic("t\(number).below"))
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
            "B14", .capability, "Messages of one publisher arrive in the order in which they were published.",
            rationale: "Connection pools and a task per message change the order.", capabilities: ["ordering"]
        ) { context in
            let recorder = try await context.record()
            let other = try await context.makeClient()
            let count = context.bounds.load.messages
            async let theirs: Void = context.publish((0..<count).map { "b\($0)" }, by: other)
            async let mine: Void = context.publish((0..<count).map { "a\($0)" })
            _ = try await (theirs, mine)
            try await context.eventually("all messages arrive") { recorder.count >= count * 2 }
            for publisher in ["a", "b"] {
                let found = recorder.texts.filter { $0.hasPrefix(publisher) }
                try context.expect(
                    found, is: (0..<count).map { "\(publisher)\($0)" }, "the messages of publisher \(publisher)")
            }
        },
    ]
}

extension Delivery {
    /// The number of the message in B01.
    fileprivate var number: Int { message.headers["message-id"].flatMap { Int($0) } ?? -1 }
}
