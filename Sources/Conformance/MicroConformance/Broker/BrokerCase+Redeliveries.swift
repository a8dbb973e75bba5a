// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let redeliveries = [
        BrokerCase(
            "B21", .capability, "A message is acknowledged after its handler has succeeded, and not before",
            rationale: "What is acknowledged first is lost with the handler that is killed.",
            needs: ["acknowledgements", "queues"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let wait = context.bounds.acknowledgementTimeout
            var options = SubscribeOptions()
            options.acknowledgementTimeout = wait
            let stuck = try await context.a.subscribe(to: context.topic(), queue: context.queue(), options: options)
            let gate = AsyncGate()
            let handling = Task { await stuck.handle { _ in await gate.waitIgnoringCancellation() } }
            defer { gate.open() }
            try await context.publish(["x"])
            try await context.eventually("the handler has begun") { gate.arrivals > 0 }
            // As good as dead: what it never acknowledges is for others.
            await stuck.cancel()
            let other = try await context.record(context.b, queue: context.queue()) { $0.acknowledgementTimeout = wait }
            try await context.eventually("another member has got it", within: wait + context.bounds.deliveryTimeout) {
                other.texts == ["x"]
            }
            try context.expect(other.deliveries[0].attempt, is: 2, "the attempt")
            gate.open()
            await handling.value

            let killed = try await context.a.subscribe(
                to: context.topic(), queue: context.queue("killed"), options: options)
            let begun = CallCounter()
            let killing = Task {
                await killed.handle { _ in
                    begun.add()
                    try await Task.sleep(for: .seconds(600))
                }
            }
            try await context.publish(["y"])
            try await context.eventually("the handler has begun") { begun.value > 0 }
            killing.cancel()
            await killing.value
            await killed.cancel()
            let successor = try await context.record(context.b, queue: context.queue("killed")) {
                $0.acknowledgementTimeout = wait
            }
            try await context.eventually(
                "what a cancelled handler had comes again", within: wait + context.bounds.deliveryTimeout
            ) {
                successor.texts == ["y"]
            }
        },
        BrokerCase(
            "B22", .capability, "What fails every time goes to the dead letters, after as many attempts as it may have",
            rationale: "A poisoned message is tried for ever, as fast as it can be.",
            needs: ["acknowledgements", "deadLetters"],
            verifyUnsupported: subscribeIsUnsupported {
                $0.maxAttempts = 3
                $0.deadLetterTopic = "dead"
            }
        ) { context in
            let dead = try await context.record(topic: context.topic("dead"))
            let wait = context.bounds.acknowledgementTimeout
            let recorder = try await context.record(queue: context.claims.contains("queues") ? context.queue() : nil) {
                $0.acknowledgementTimeout = wait
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
                try await context.a.publish(BrokerMessage(headers: ["k": "v"], text: text), to: context.topic())
            }
            try await context.publish(texts(0..<5))
            try await context.eventually(
                dead, gets: ["rejected", "ignored"], within: wait * 4 + context.bounds.deliveryTimeout)
            try context.expect(
                dead.deliveries.allSatisfy { $0.message.headers["k"] == "v" }, "the headers go with them")
            for text in ["rejected", "ignored"] {
                let attempts = recorder.deliveries.filter { $0.text == text }.map(\.attempt)
                try context.expect(attempts, is: [1, 2, 3], "the attempts of what was \(text)")
            }
            try await context.never("anything comes again", during: wait + context.bounds.observationWindow) {
                recorder.count > 11 || dead.count > 2
            }
            try context.expect(recorder.texts.filter { Int($0) != nil }.sorted(), is: texts(0..<5), "the others")
        },
        BrokerCase(
            "B41", .capability, "What a member of a queue has not acknowledged when it goes is given to the others",
            rationale: "Messages that were handed to a dead member stay with it.",
            needs: ["acknowledgements", "queues"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let wait = context.bounds.acknowledgementTimeout
            let member = try await context.makeClient()
            let lostMember = try await context.record(member, queue: context.queue()) {
                $0.acknowledgementTimeout = wait
            } handle: { _ in
            }
            try await context.publish(texts(0..<20))
            try await context.eventually("the member has got some") { lostMember.count > 0 }
            await member.close(deadline: .now)
            let successor = try await context.record(queue: context.queue()) { $0.acknowledgementTimeout = wait }
            try await context.eventually("the others get all of it", within: wait * 2 + context.bounds.deliveryTimeout)
            {
                Set(successor.texts) == Set(texts(0..<20))
            }
        },
    ]
}
