// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension BrokerCase {
    /// Cases about bodies, buffers and options at their limits.
    static let subscriptionDetails = [
        BrokerCase(
            "B73", .core, "Line breaks, blanks and zero bytes at the ends of a body arrive unchanged.",
            rationale: "Bodies are read as lines, or trimmed."
        ) { context in
            let recorder = try await context.record()
            let bodies: [[UInt8]] = [
                Array("a\n".utf8), Array("\r\n".utf8), Array("\na\r\n\r\n".utf8), Array(" a ".utf8), [0], [0, 0, 1, 0],
                [0xFF],
                Array("PUB a 1\r\nx\r\n".utf8),
            ]
            for (number, bytes) in bodies.enumerated() {
                try await context.publisher.publish(BrokerMessage(body: ByteBuffer(bytes: bytes)), to: context.topic())
                try await context.eventually("the message arrives") { recorder.count == number + 1 }
                try context.expect(
                    recorder.deliveries[number].message.body, is: ByteBuffer(bytes: bytes),
                    "the body of message \(number)")
            }
        },
        BrokerCase(
            "B74", .capability, "Queues with the same name on two topics are separate, also with options.",
            rationale: "Members get messages of another topic, or options remove a member from its queue.",
            capabilities: ["queues"], verifyUnsupported: queueIsUnsupported
        ) { context in
            let (one, two) = (context.topic("one"), context.topic("two"))
            let limited: (inout SubscribeOptions) -> Void = { $0.maxBufferedMessages = 5000 }
            let ones = [
                try await context.record(context.publisher, topic: one, queue: context.queue(), limited),
                try await context.record(context.subscriber, topic: one, queue: context.queue(), limited),
            ]
            let twos = [
                try await context.record(context.subscriber, topic: two, queue: context.queue()),
                try await context.record(context.publisher, topic: two, queue: context.queue()),
                try await context.record(context.publisher, topic: two, queue: context.queue()),
            ]
            for number in 0..<100 {
                try await context.publish(["one \(number)"], to: one)
                try await context.publish(["two \(number)"], to: two)
            }
            try await context.eventually(ones, share: (0..<100).map { "one \($0)" })
            try await context.eventually(twos, share: (0..<100).map { "two \($0)" })
        },
        BrokerCase(
            "B75", .core,
            "Publishing to a topic that never had a subscriber succeeds, also while another topic has one.",
            rationale: "A missing subscriber is reported as an error."
        ) { context in
            try await context.publish(["x"], to: context.topic("never"))
            let recorder = try await context.record()
            try await context.publish(["y"], to: context.topic("never"))
            try await context.never("a message arrives") { recorder.count > 0 }
        },
        BrokerCase(
            "B76", .core,
            "Exactly the newest messages up to the limit wait for a reader, and the dropped ones are counted.",
            rationale: "The buffer is ten times too large, the newest messages are dropped, or drops are not counted."
        ) { context in
            var options = SubscribeOptions()
            options.maxBufferedMessages = 10
            let subscription = try await context.subscriber.subscribe(
                to: context.topic(), queue: nil, options: options)
            let others = try await context.record(context.subscriber)
            try await context.publish(context.texts(0..<50))
            try await context.eventually(others, gets: context.texts(0..<50))
            guard context.claims.contains("atMostOnce") else {
                let all = context.record(subscription)
                return try await context.eventually(all, gets: context.texts(0..<50))
            }
            try await context.eventually("forty messages are dropped") { subscription.droppedCount == 40 }
            let recorder = context.record(subscription)
            try await context.eventually("ten messages arrive") { recorder.count == 10 }
            try await context.never("another message arrives") { recorder.count > 10 }
            if context.claims.contains("ordering") {
                try context.expect(recorder.texts, is: context.texts(40..<50), "the messages")
            }
            try context.expect(
                recorder.deliveries.reduce(0) { $0 + $1.droppedBefore }, is: 40, "the number of dropped messages")
        },
        BrokerCase(
            "B77", .core, "The buffer of a subscription is limited in bytes too; a single larger message is kept.",
            rationale: "Only the number of messages is limited, and large ones fill the memory."
        ) { context in
            var options = SubscribeOptions()
            options.maxBufferedBytes = 10_000
            let subscription = try await context.subscriber.subscribe(
                to: context.topic(), queue: nil, options: options)
            let others = try await context.record(context.subscriber)
            let text = String(repeating: "x", count: 3000)
            try await context.publish((0..<20).map { "\($0) \(text)" })
            try await context.eventually("all messages arrive at another subscriber") { others.count == 20 }
            guard context.claims.contains("atMostOnce") else {
                let all = context.record(subscription)
                return try await context.eventually("all messages arrive") { all.count == 20 }
            }
            try await context.eventually("all but three messages are dropped") { subscription.droppedCount == 17 }
            let recorder = context.record(subscription)
            try await context.eventually("three messages arrive") { recorder.count == 3 }
            try await context.publish([String(repeating: "y", count: 20_000)])
            try await context.eventually("a message that is larger than the buffer arrives") {
                recorder.texts.last?.first == "y"
            }
        },
        BrokerCase(
            "B78", .core, "Options that break their rules are refused before anything is sent.",
            rationale: "A limit of zero is treated as no limit, or creates a subscription that buffers nothing."
        ) { context in
            let changes: [(name: String, code: MicroError.Code, change: (inout SubscribeOptions) -> Void)] = [
                ("no buffered messages", .invalidArgument, { $0.maxBufferedMessages = 0 }),
                ("no buffered bytes", .invalidArgument, { $0.maxBufferedBytes = -1 }),
                ("nothing in flight", .invalidArgument, { $0.maxInFlight = 0 }),
                ("no attempts", .invalidArgument, { $0.maxAttempts = 0 }),
                ("no acknowledgement timeout", .invalidArgument, { $0.acknowledgementTimeout = .zero }),
                ("dead letters without a limit of attempts", .invalidArgument, { $0.deadLetterTopic = "dead" }),
                ("an invalid durable name", .invalidName, { $0.durableName = "a b" }),
                (
                    "an invalid dead-letter topic", .invalidTopic,
                    {
                        $0.maxAttempts = 1
                        $0.deadLetterTopic = "a..b"
                    }
                ),
            ]
            for (name, code, change) in changes {
                var options = SubscribeOptions()
                change(&options)
                try await context.expectError(code, from: "subscribing with \(name)") {
                    _ = try await context.subscriber.subscribe(to: context.topic(), queue: nil, options: options)
                }
            }
            var durable = SubscribeOptions()
            durable.durableName = "durable"
            try await context.expectError(.invalidArgument, from: "subscribing with a queue and a durable name") {
                _ = try await context.subscriber.subscribe(
                    to: context.topic(), queue: context.queue(), options: durable)
            }
        },
        BrokerCase(
            "B79", .capability, "A queue that starts with all messages gets the earlier ones, each once.",
            rationale: "The start of a subscription is ignored for queues.", capabilities: ["replay", "queues"],
            verifyUnsupported: subscribeIsUnsupported { $0.start = .all }
        ) { context in
            try await context.publish(context.texts(0..<20))
            let members = [
                try await context.record(context.publisher, queue: context.queue()) { $0.start = .all },
                try await context.record(context.subscriber, queue: context.queue()) { $0.start = .all },
            ]
            try await context.publish(context.texts(20..<30))
            try await context.eventually(members, share: context.texts(0..<30))
        },
        BrokerCase(
            "B81", .core, "Closing a client without work does not wait for its deadline.",
            rationale: "A shutdown takes its whole time although nothing is left to do."
        ) { context in
            let client = try await context.makeClient()
            let recorder = try await context.record(client)
            try await context.publish(["x"])
            try await context.eventually(recorder, gets: ["x"])
            let duration = try await context.measure { await client.close(deadline: .now + .seconds(30)) }
            try context.expect(duration < .seconds(2), "closing ends at once; it took \(duration)")
        },
    ]
}
