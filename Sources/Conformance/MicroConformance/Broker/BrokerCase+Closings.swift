// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let closings = [
        BrokerCase(
            "B32", .core, "Closing waits until what was received is handled, and what was published is on its way",
            motive: "Deployments lose what is in the buffers, at both ends."
        ) { trial in
            let publisher = try await trial.makeClient()
            let recorder = try await trial.record()
            let count = trial.bounds.messages
            try await trial.publish(texts(0..<count), by: publisher)
            await publisher.close()
            try await trial.eventually(recorder, gets: texts(0..<count))

            let client = try await trial.makeClient()
            let topic = trial.topic("handled")
            let gate = Gate()
            let handled = Mutex<[String]>([])
            let subscription = try await client.subscribe(to: topic, queue: trial.queueIfClaimed)
            let handling = Task {
                await subscription.handle { delivery in
                    await gate.block()
                    handled.withLock { $0.append(delivery.text) }
                }
            }
            let beside = try await trial.record(client, topic: topic)
            try await trial.publish(texts(0..<20), to: topic)
            try await trial.eventually(beside, gets: texts(0..<20))
            try await trial.eventually("the handler has begun") { gate.arrivals > 0 }
            let isClosed = Mutex(false)
            let closing = Task {
                await client.close(deadline: .now + .seconds(30))
                isClosed.withLock { $0 = true }
            }
            try await trial.eventually("the client takes nothing new") {
                do { try await client.publish(Message(), to: topic) } catch let error as MicroError
                    where error.code == .closed
                { return true }
                return false
            }
            try await trial.never("closing does not wait for the handler") { isClosed.withLock(\.self) }
            gate.open()
            await closing.value
            await handling.value
            let mine = handled.withLock(\.self)
            try trial.expect(mine.count, is: gate.arrivals, "what was handled, of what was begun")
            if trial.claims.contains("durability"), trial.queueIfClaimed != nil {
                // What it had not received is for the next one; what it has handled does not come again.
                let heir = try await trial.record(topic: topic, queue: trial.queue())
                let rest = Set(texts(0..<20)).subtracting(mine)
                try await trial.eventually("the rest has come to the next one") {
                    Set(heir.texts).isSuperset(of: rest)
                }
                try await trial.never("something that was handled comes again") {
                    !Set(heir.texts).isDisjoint(with: mine.filter { !$0.isEmpty })
                }
            } else {
                try trial.expect(
                    Set(mine).isSuperset(of: texts(0..<19)), "all that was received is handled, not \(mine.count) of 20"
                )
            }
        },
        BrokerCase(
            "B33", .core, "Closing while a handler blocks ends at the deadline",
            motive: "A shutdown waits for a handler that never ends."
        ) { trial in
            let client = try await trial.makeClient()
            let gate = Gate()
            defer { gate.open() }
            let recorder = try await trial.record(client) { _ in
            } handle: { _ in
                await gate.block()
            }
            try await trial.publish(["x"])
            try await trial.eventually("the handler blocks") { gate.arrivals > 0 }
            let started = ContinuousClock.now
            let late = ConformanceFailure("closing ends at its deadline of 300 ms, and was cut off")
            try await trial.bounded(trial.bounds.operation, orThrow: late) {
                await client.close(deadline: started + .milliseconds(300))
            }
            let took = ContinuousClock.now - started
            try trial.expect(took < .milliseconds(1300), "closing ends at its deadline of 300 ms, not after \(took)")
            try trial.expect(took >= .milliseconds(290), "closing waits for the handler, and not only \(took)")
            gate.open()
            try await trial.eventually("the loop has ended") { recorder.hasEnded }
        },
        BrokerCase(
            "B34", .core, "Closing twice is fine, ends all subscriptions, and everything afterwards is closed",
            motive: "Use after close hangs, crashes, or connects anew."
        ) { trial in
            let client = try await trial.makeClient()
            let recorder = try await trial.record(client)
            async let first: Void = client.close()
            async let second: Void = client.close()
            _ = await (first, second)
            await client.close()
            try await trial.eventually("the subscriptions have ended") { recorder.hasEnded }
            try await trial.expectError(.closed, from: "publishing") {
                try await client.publish(Message(), to: trial.topic())
            }
            try await trial.expectError(.closed, from: "subscribing") {
                _ = try await client.subscribe(to: trial.topic())
            }
            if trial.claims.contains("requests") {
                try await trial.expectError(.closed, from: "requesting") {
                    _ = try await client.request(Message(), to: trial.topic(), deadline: .now + .seconds(5))
                }
            }
            await recorder.subscription.cancel()
            let other = try await trial.record()
            try await trial.publish(["x"])
            try await trial.eventually(other, gets: ["x"])
        },
    ]
}

extension BrokerTrial {
    /// A queue, where they are claimed: what a backend keeps for who comes back.
    var queueIfClaimed: String? { claims.contains("queues") ? queue() : nil }
}
