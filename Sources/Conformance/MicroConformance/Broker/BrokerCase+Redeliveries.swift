// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let redeliveries = [
        BrokerCase(
            "B21", .capability, "A message is acknowledged after its handler has succeeded, and not before",
            motive: "What is acknowledged first is lost with the handler that is killed.",
            needs: ["acknowledgements", "queues"], refusal: refuses { $0.acknowledgeWait = .seconds(1) }
        ) { trial in
            let wait = trial.bounds.acknowledgeWait
            var options = SubscribeOptions()
            options.acknowledgeWait = wait
            let stuck = try await trial.a.subscribe(to: trial.topic(), queue: trial.queue(), options: options)
            let gate = Gate()
            let handling = Task { await stuck.handle { _ in await gate.block() } }
            defer { gate.open() }
            try await trial.publish(["x"])
            try await trial.eventually("the handler has begun") { gate.arrivals > 0 }
            // As good as dead: what it never acknowledges is for others.
            await stuck.cancel()
            let other = try await trial.record(trial.b, queue: trial.queue()) { $0.acknowledgeWait = wait }
            try await trial.eventually("another member has got it", within: wait + trial.bounds.delivery) {
                other.texts == ["x"]
            }
            try trial.expect(other.deliveries[0].attempt, is: 2, "the attempt")
            gate.open()
            await handling.value

            let killed = try await trial.a.subscribe(to: trial.topic(), queue: trial.queue("killed"), options: options)
            let begun = CallCounter()
            let killing = Task {
                await killed.handle { _ in
                    begun.add()
                    try await Task.sleep(for: .seconds(600))
                }
            }
            try await trial.publish(["y"])
            try await trial.eventually("the handler has begun") { begun.value > 0 }
            killing.cancel()
            await killing.value
            await killed.cancel()
            let heir = try await trial.record(trial.b, queue: trial.queue("killed")) { $0.acknowledgeWait = wait }
            try await trial.eventually("what a cancelled handler had comes again", within: wait + trial.bounds.delivery)
            {
                heir.texts == ["y"]
            }
        },
        BrokerCase(
            "B22", .capability, "What fails every time goes to the dead letters, after as many attempts as it may have",
            motive: "A poisoned message is tried for ever, as fast as it can be.",
            needs: ["acknowledgements", "deadLetters"],
            refusal: refuses {
                $0.maximumAttempts = 3
                $0.deadLetterTopic = "dead"
            }
        ) { trial in
            let dead = try await trial.record(topic: trial.topic("dead"))
            let wait = trial.bounds.acknowledgeWait
            let recorder = try await trial.record(queue: trial.claims.contains("queues") ? trial.queue() : nil) {
                $0.acknowledgeWait = wait
                $0.maximumAttempts = 3
                $0.deadLetterTopic = trial.topic("dead")
            } handle: { delivery in
                switch delivery.text {
                case "rejected": try? delivery.reject(after: .milliseconds(50))
                case "ignored": break
                default: delivery.acknowledge()
                }
            }
            for text in ["rejected", "ignored"] {
                try await trial.a.publish(Message(headers: ["k": "v"], text: text), to: trial.topic())
            }
            try await trial.publish(texts(0..<5))
            try await trial.eventually(dead, gets: ["rejected", "ignored"], within: wait * 4 + trial.bounds.delivery)
            try trial.expect(dead.deliveries.allSatisfy { $0.message.headers["k"] == "v" }, "the headers go with them")
            for text in ["rejected", "ignored"] {
                let attempts = recorder.deliveries.filter { $0.text == text }.map(\.attempt)
                try trial.expect(attempts, is: [1, 2, 3], "the attempts of what was \(text)")
            }
            try await trial.never("anything comes again", during: wait + trial.bounds.quiet) {
                recorder.count > 11 || dead.count > 2
            }
            try trial.expect(recorder.texts.filter { Int($0) != nil }.sorted(), is: texts(0..<5), "the others")
        },
        BrokerCase(
            "B41", .capability, "What a member of a queue has not acknowledged when it goes is given to the others",
            motive: "Messages that were handed to a dead member stay with it.", needs: ["acknowledgements", "queues"],
            refusal: refuses { $0.acknowledgeWait = .seconds(1) }
        ) { trial in
            let wait = trial.bounds.acknowledgeWait
            let member = try await trial.makeClient()
            let dying = try await trial.record(member, queue: trial.queue()) {
                $0.acknowledgeWait = wait
            } handle: { _ in
            }
            try await trial.publish(texts(0..<20))
            try await trial.eventually("the member has got some") { dying.count > 0 }
            await member.close(deadline: .now)
            let heir = try await trial.record(queue: trial.queue()) { $0.acknowledgeWait = wait }
            try await trial.eventually("the others get all of it", within: wait * 2 + trial.bounds.delivery) {
                Set(heir.texts) == Set(texts(0..<20))
            }
        },
    ]
}
