// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    /// Cases about settling several messages.
    static let settlementDetails = [
        BrokerCase(
            "B80", .capability, "An acknowledgement counts for its own message only.",
            rationale: "Acknowledging a message acknowledges all before it, which are lost if their handler fails.",
            capabilities: ["acknowledgements"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let timeout = context.bounds.timeouts.acknowledgement
            let recorder = try await context.record {
                $0.acknowledgementTimeout = timeout
            } handle: { delivery in
                if delivery.text.hasPrefix("later") || delivery.attempt > 1 { delivery.acknowledge() }
            }
            try await context.publish(["open 1", "later 1", "open 2", "later 2"])
            try await context.eventually(
                "the messages that were not acknowledged arrive again",
                within: timeout * 2 + context.bounds.timeouts.delivery
            ) { recorder.count >= 6 }
            try await context.never("a message arrives again", during: timeout * 1.5 + context.bounds.observationWindow)
            {
                recorder.count > 6
            }
            let attempts = recorder.deliveries.map { "\($0.text), attempt \($0.attempt)" }.sorted()
            try context.expect(
                attempts,
                is: [
                    "later 1, attempt 1", "later 2, attempt 1", "open 1, attempt 1", "open 1, attempt 2",
                    "open 2, attempt 1", "open 2, attempt 2",
                ], "the deliveries")
        },
        BrokerCase(
            "B83", .capability,
            "A rejection without a delay is redelivered soon, with headers and a counted attempt, every time.",
            rationale: "Redelivered messages take another path, which loses headers, the attempt or the message.",
            capabilities: ["acknowledgements"], verifyUnsupported: rejectIsUnsupported
        ) { context in
            let recorder = try await context.record { _ in
            } handle: { delivery in
                if delivery.text != "other", delivery.attempt < 5 {
                    try? delivery.reject()
                } else {
                    delivery.acknowledge()
                }
            }
            let message = BrokerMessage(headers: ["k": "v"], text: "x")
            try await context.publish(["other"])
            try await context.publisher.publish(message, to: context.topic())
            try await context.publish(["other"])
            let limit = min(context.bounds.timeouts.delivery, .seconds(2))
            try await context.eventually("the message arrives five times", within: limit) { recorder.count >= 7 }
            let found = recorder.deliveries.filter { $0.text == "x" }
            try context.expect(found.map(\.attempt), is: [1, 2, 3, 4, 5], "the attempts")
            for delivery in found { try context.expect(delivery.message, is: message, "attempt \(delivery.attempt)") }
            try context.expect(
                recorder.deliveries.filter { $0.text == "other" }.map(\.attempt), is: [1, 1],
                "the attempts of the other messages")
        },
        BrokerCase(
            "B84", .capability, "An unsettled message is redelivered after its acknowledgement timeout, not before.",
            rationale: "The timeout of the server or of another subscription is used.",
            capabilities: ["acknowledgements"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let timeout = context.bounds.timeouts.acknowledgement
            let arrivals = Mutex<[ContinuousClock.Instant]>([])
            _ = try await context.record {
                $0.acknowledgementTimeout = timeout
            } handle: { delivery in
                arrivals.withLock { $0.append(.now) }
                if delivery.attempt > 2 { delivery.acknowledge() }
            }
            try await context.publish(["x"])
            try await context.eventually(
                "the message arrives three times", within: timeout * 2 + context.bounds.timeouts.delivery
            ) { arrivals.withLock(\.count) >= 3 }
            let found = arrivals.withLock(\.self)
            for (earlier, later) in zip(found, found.dropFirst()) {
                // A delivery can be read some time after the backend has sent it.
                try context.expect(
                    later - earlier >= timeout * 0.6,
                    "a redelivery waits for \(timeout); it came after \(later - earlier)")
            }
        },
        BrokerCase(
            "B89", .stress, "A handler may take longer than the detection of a dead connection.",
            rationale: "No heartbeats are sent while a handler runs, and the message is redelivered in the meantime.",
            capabilities: ["acknowledgements"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let duration = context.bounds.timeouts.halfOpen
            let hasFinished = CallCounter()
            let recorder = try await context.record {
                $0.acknowledgementTimeout = duration * 4
            } handle: { delivery in
                if delivery.text == "long" { try? await Task.sleep(for: duration) }
                delivery.acknowledge()
                hasFinished.add()
            }
            try await context.publish(["long", "later"])
            try await context.eventually("the handler ends", within: duration + context.bounds.timeouts.delivery) {
                hasFinished.value == 2
            }
            try await context.never("a message arrives again") { recorder.count > 2 }
            try context.expect(recorder.texts, is: ["long", "later"], "the messages")
            try context.expect(recorder.deliveries.map(\.attempt), is: [1, 1], "the attempts")
        },
        BrokerCase(
            "B86", .capability,
            "Messages that a cancelled queue member has received but not read go to other members.",
            rationale: "Buffered messages are acknowledged or forgotten when their subscriber ends.",
            capabilities: ["acknowledgements", "queues"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let gate = AsyncGate()
            let client = try await context.makeClient()
            let timeout = context.bounds.timeouts.acknowledgement
            let options: (inout SubscribeOptions) -> Void = { $0.acknowledgementTimeout = timeout }
            let cancelled = try await context.record(client, queue: context.queue(), options) { delivery in
                await gate.waitIgnoringCancellation()
                delivery.acknowledge()
            }
            try await context.publish(context.texts(0..<10))
            try await context.eventually("the member reads a message") { cancelled.count == 1 }
            let other = try await context.record(queue: context.queue(), options)
            await cancelled.subscription.cancel()
            gate.open()
            let rest = Set(context.texts(0..<10)).subtracting(cancelled.texts)
            // A server may deliver a returned message only after its timeout: nats-server 2.9 does at times.
            try await context.eventually(
                "another member gets all other messages", within: timeout * 2 + context.bounds.timeouts.delivery
            ) { rest.isSubset(of: other.texts) }
        },
    ]
}
