// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let redelivery = [
        BrokerCase(
            "B21", .capability, "A message is acknowledged after its handler has succeeded, not before.",
            rationale: "A message acknowledged before its handler runs is lost when the handler is killed.",
            capabilities: ["acknowledgements", "queues"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let timeout = context.bounds.timeouts.acknowledgement
            let limit = timeout + context.bounds.timeouts.delivery
            var options = SubscribeOptions()
            options.acknowledgementTimeout = timeout
            let blocked = try await context.publisher.subscribe(
                to: context.topic(), queue: context.queue(), options: options)
            let gate = AsyncGate()
            let handling = Task { await blocked.handle { _ in await gate.waitIgnoringCancellation() } }
            defer { gate.open() }
            try await context.publish(["x"])
            try await context.eventually("the handler has started") { gate.arrivals > 0 }
            // Like a dead member, whose unacknowledged message goes to another member.
            await blocked.cancel()
            let other = try await context.record(context.subscriber, queue: context.queue()) {
                $0.acknowledgementTimeout = timeout
            }
            try await context.eventually("another member gets the message", within: limit) { other.texts == ["x"] }
            try context.expect(other.deliveries[0].attempt, is: 2, "the attempt")
            gate.open()
            await handling.value

            let cancelled = try await context.publisher.subscribe(
                to: context.topic(), queue: context.queue("killed"), options: options)
            let started = CallCounter()
            let cancelledHandling = Task {
                await cancelled.handle { _ in
                    started.add()
                    try await Task.sleep(for: .seconds(600))
                }
            }
            try await context.publish(["y"])
            try await context.eventually("the handler has started") { started.value > 0 }
            cancelledHandling.cancel()
            await cancelledHandling.value
            await cancelled.cancel()
            let successor = try await context.record(context.subscriber, queue: context.queue("killed")) {
                $0.acknowledgementTimeout = timeout
            }
            try await context.eventually("the message of the cancelled handler arrives again", within: limit) {
                successor.texts == ["y"]
            }
        },
        BrokerCase(
            "B70", .capability, "The delay of a rejection applies to every attempt.",
            rationale: "Only the first rejection is delayed; later ones are redelivered immediately, in a loop.",
            capabilities: ["acknowledgements"], verifyUnsupported: rejectIsUnsupported
        ) { context in
            let delay = Duration.milliseconds(200)
            let attempts = Mutex<[(number: Int, received: ContinuousClock.Instant)]>([])
            _ = try await context.record { _ in
            } handle: { delivery in
                attempts.withLock { $0.append((delivery.attempt, .now)) }
                if delivery.attempt < 4 { try? delivery.reject(after: delay) } else { delivery.acknowledge() }
            }
            try await context.publish(["x"])
            try await context.eventually(
                "the message arrives four times", within: delay * 3 + context.bounds.timeouts.delivery
            ) { attempts.withLock(\.count) >= 4 }
            let found = attempts.withLock(\.self)
            try context.expect(found.map(\.number), is: [1, 2, 3, 4], "the attempts")
            for (earlier, later) in zip(found, found.dropFirst()) {
                let pause = later.received - earlier.received
                // The clocks of the backend may round to milliseconds.
                try context.expect(
                    pause >= delay - .milliseconds(2),
                    "attempt \(later.number) has a delay of \(delay); it had \(pause)")
            }
        },
        BrokerCase(
            "B22", .capability,
            "A message that fails on every attempt goes to the dead-letter topic after the maximum.",
            rationale: "A message that always fails is retried forever without a pause.",
            capabilities: ["acknowledgements", "deadLetters"],
            verifyUnsupported: subscribeIsUnsupported {
                $0.maxAttempts = 3
                $0.deadLetterTopic = "dead"
            }
        ) { context in
            let deadLetters = try await context.record(topic: context.topic("dead"))
            let timeout = context.bounds.timeouts.acknowledgement
            let recorder = try await context.record(queue: context.queueIfClaimed) {
                $0.acknowledgementTimeout = timeout
                $0.maxAttempts = 3
                $0.deadLetterTopic = context.topic("dead")
            } handle: { delivery in
                switch delivery.text {
                case "rejected": try? delivery.reject(after: .milliseconds(50))
                case "ignored": break
                default: delivery.acknowledge()
                }
            }
            for text in ["rejected", "ignored"] {
                try await context.publisher.publish(
                    BrokerMessage(headers: ["k": "v"], text: text), to: context.topic())
            }
            try await context.publish(context.texts(0..<5))
            try await context.eventually(
                deadLetters, gets: ["rejected", "ignored"], within: timeout * 4 + context.bounds.timeouts.delivery)
            try context.expect(
                deadLetters.deliveries.allSatisfy { $0.message.headers["k"] == "v" }, "dead letters keep their headers")
            for text in ["rejected", "ignored"] {
                let attempts = recorder.deliveries.filter { $0.text == text }.map(\.attempt)
                try context.expect(attempts, is: [1, 2, 3], "the attempts of the \(text) message")
            }
            try await context.never("a message arrives again", during: timeout + context.bounds.observationWindow) {
                recorder.count > 11 || deadLetters.count > 2
            }
            try context.expect(
                recorder.texts.filter { Int($0) != nil }.sorted(), is: context.texts(0..<5), "the other messages")
        },
        BrokerCase(
            "B41", .capability,
            "Messages that a member of a queue has not acknowledged when it closes go to other members.",
            rationale: "Messages that were delivered to a dead member are lost.",
            capabilities: ["acknowledgements", "queues"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let timeout = context.bounds.timeouts.acknowledgement
            let client = try await context.makeClient()
            let lostMember = try await context.record(client, queue: context.queue()) {
                $0.acknowledgementTimeout = timeout
            } handle: { _ in
            }
            try await context.publish(context.texts(0..<20))
            try await context.eventually("the member gets a message") { lostMember.count > 0 }
            await client.close(deadline: .now)
            let successor = try await context.record(queue: context.queue()) { $0.acknowledgementTimeout = timeout }
            try await context.eventually(
                "another member gets all messages", within: timeout * 2 + context.bounds.timeouts.delivery
            ) { Set(successor.texts) == Set(context.texts(0..<20)) }
        },
    ]
}
