// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension BrokerCase {
    /// Cases about several subscribers of one topic.
    static let subscribers = [
        BrokerCase(
            "B09", .core, "Every subscriber without a queue gets every message.",
            rationale: "Adapters treat several subscriptions of one client, or of one topic, as one."
        ) { context in
            let recorders = [
                try await context.record(context.publisher), try await context.record(context.subscriber),
                try await context.record(context.subscriber),
            ]
            try await context.publish(context.texts(0..<100))
            for recorder in recorders { try await context.eventually(recorder, gets: context.texts(0..<100)) }
        },
        BrokerCase(
            "B26", .core, "A slow subscriber is notified of every message that it loses, and does not delay others.",
            rationale: "nats.swift buffers half a million messages and then drops them without notice."
        ) { context in
            let gate = AsyncGate()
            defer { gate.open() }
            let slow = try await context.record {
                $0.maxBufferedMessages = 10
            } handle: { delivery in
                await gate.waitIgnoringCancellation()
                delivery.acknowledge()
            }
            let fast = try await context.record(context.subscriber)
            let count = context.bounds.load.messages
            try await context.publish(context.texts(0..<count))
            try await context.eventually(fast, gets: context.texts(0..<count))
            try context.expect(slow.count <= 1, "the slow subscriber holds at most one message; it has \(slow.count)")
            gate.open()
            guard context.claims.contains("atMostOnce") else {
                return try await context.eventually(slow, gets: context.texts(0..<count))
            }
            try await context.eventually("the slow subscriber has received each message, or counted it as dropped") {
                slow.deliveries.reduce(0) { $0 + 1 + $1.droppedBefore } == count
            }
            try context.expect(slow.subscription.droppedCount, is: count - slow.count, "the number of dropped messages")
            // The message being handled, or the batch of one reader, and the buffer.
            try context.expect(slow.count <= 10 + 128 + 1, "the buffer is bounded; it held \(slow.count) messages")
            if context.claims.contains("ordering") {
                try context.expect(slow.texts.last, is: "\(count - 1)", "the last message: the oldest are dropped")
            }
        },
        BrokerCase(
            "B37", .core,
            "Messages published concurrently arrive once, and a subscriber's changes are invisible to others.",
            rationale: "Adapters share buffers between subscribers, and access counters without a lock."
        ) { context in
            let modifying = try await context.record { _ in
            } handle: { delivery in
                var message = delivery.message
                message.headers["k"] = "changed"
                message.body.setInteger(UInt8(ascii: "!"), at: message.body.readerIndex)
                delivery.acknowledge()
            }
            let recorder = try await context.record(context.publisher)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in 0..<50 {
                    group.addTask {
                        for number in 0..<100 {
                            let message = BrokerMessage(headers: ["k": "v"], text: "\(publisher).\(number)")
                            try await context.publisher.publish(message, to: context.topic())
                        }
                    }
                }
                try await group.waitForAll()
            }
            let all = (0..<50).flatMap { publisher in (0..<100).map { "\(publisher).\($0)" } }
            for recorder in [recorder, modifying] {
                try await context.eventually(recorder, gets: all)
                try context.expect(
                    recorder.deliveries.allSatisfy { $0.message.headers["k"] == "v" }, "the headers are unchanged")
            }
        },
        BrokerCase(
            "B44", .capability,
            "Publishing fails if the only subscriber fails, and a failing subscriber does not delay others.",
            rationale: "go-micro's HTTP broker treats every response as a success, and waits for dead subscribers.",
            capabilities: ["directDelivery"], hooks: [.badSubscribers]
        ) { context in
            guard let badSubscribers = context.harness.badSubscribers else {
                throw CaseNotRunnable(missing: [HarnessHook.badSubscribers])
            }
            for (kind, topic) in [
                ("failing", context.topic("refusing")), ("unreachable", context.topic("dead")),
            ] {
                if kind == "failing" {
                    try await badSubscribers.addFailing(to: topic)
                } else {
                    try await badSubscribers.addUnreachable(to: topic)
                }
                try await context.eventually("publishing to a single \(kind) subscriber fails") {
                    try await context.attempt("publishing", within: context.bounds.timeouts.operation / 2) {
                        try await context.publisher.publish(BrokerMessage(), to: topic)
                    } != nil
                }
                let recorder = try await context.record(topic: topic)
                try await context.eventuallyDelivers(from: context.publisher, to: recorder, on: topic)
                try await context.publish(context.texts(0..<20), to: topic)
                try await context.eventually("a subscriber gets all messages in spite of a \(kind) one") {
                    recorder.texts.withoutProbes.sorted() == context.texts(0..<20).sorted()
                }
            }
        },
    ]
}
