// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let shutdown = [
        BrokerCase(
            "B32", .core, "Closing waits until what was received is handled, and what was published is on its way",
            rationale: "Deployments lose what is in the buffers, at both ends."
        ) { context in
            let publisher = try await context.makeClient()
            let recorder = try await context.record()
            let count = context.bounds.messages
            try await context.publish(texts(0..<count), by: publisher)
            await publisher.close()
            try await context.eventually(recorder, gets: texts(0..<count))

            let client = try await context.makeClient()
            let topic = context.topic("handled")
            let gate = AsyncGate()
            let handled = Mutex<[String]>([])
            let subscription = try await client.subscribe(to: topic, queue: context.queueIfClaimed)
            let handling = Task {
                await subscription.handle { delivery in
                    await gate.waitIgnoringCancellation()
                    handled.withLock { $0.append(delivery.text) }
                }
            }
            let parallelRecorder = try await context.record(client, topic: topic)
            try await context.publish(texts(0..<20), to: topic)
            try await context.eventually(parallelRecorder, gets: texts(0..<20))
            try await context.eventually("the handler has begun") { gate.arrivals > 0 }
            let isClosed = Mutex(false)
            let closing = Task {
                await client.close(deadline: .now + .seconds(30))
                isClosed.withLock { $0 = true }
            }
            try await context.eventually("the client takes nothing new") {
                do { try await client.publish(BrokerMessage(), to: topic) } catch let error as MicroError
                    where error.code == .closed
                { return true }
                return false
            }
            try await context.never("closing does not wait for the handler") { isClosed.withLock(\.self) }
            gate.open()
            await closing.value
            await handling.value
            let mine = handled.withLock(\.self)
            try context.expect(mine.count, is: gate.arrivals, "what was handled, of what was begun")
            if context.claims.contains("durability"), context.queueIfClaimed != nil {
                // What it had not received is for the next one; what it has handled does not come again.
                let successor = try await context.record(topic: topic, queue: context.queue())
                let rest = Set(texts(0..<20)).subtracting(mine)
                try await context.eventually("the rest has come to the next one") {
                    Set(successor.texts).isSuperset(of: rest)
                }
                try await context.never("something that was handled comes again") {
                    !Set(successor.texts).isDisjoint(with: mine.filter { !$0.isEmpty })
                }
            } else {
                try context.expect(
                    Set(mine).isSuperset(of: texts(0..<19)), "all that was received is handled, not \(mine.count) of 20"
                )
            }
        },
        BrokerCase(
            "B33", .core, "Closing while a handler blocks ends at the deadline",
            rationale: "A shutdown waits for a handler that never ends."
        ) { context in
            let client = try await context.makeClient()
            let gate = AsyncGate()
            defer { gate.open() }
            let recorder = try await context.record(client) { _ in
            } handle: { _ in
                await gate.waitIgnoringCancellation()
            }
            try await context.publish(["x"])
            try await context.eventually("the handler blocks") { gate.arrivals > 0 }
            let started = ContinuousClock.now
            let late = ConformanceFailure("closing ends at its deadline of 300 ms, and was cut off")
            try await context.withTimeout(context.bounds.operationTimeout, orThrow: late) {
                await client.close(deadline: started + .milliseconds(300))
            }
            let took = ContinuousClock.now - started
            try context.expect(took < .milliseconds(1300), "closing ends at its deadline of 300 ms, not after \(took)")
            try context.expect(took >= .milliseconds(290), "closing waits for the handler, and not only \(took)")
            gate.open()
            try await context.eventually("the loop has ended") { recorder.hasEnded }
        },
        BrokerCase(
            "B34", .core, "Closing twice is fine, ends all subscriptions, and everything afterwards is closed",
            rationale: "Use after close hangs, crashes, or connects anew."
        ) { context in
            let client = try await context.makeClient()
            let recorder = try await context.record(client)
            async let first: Void = client.close()
            async let second: Void = client.close()
            _ = await (first, second)
            await client.close()
            try await context.eventually("the subscriptions have ended") { recorder.hasEnded }
            try await context.expectError(.closed, from: "publishing") {
                try await client.publish(BrokerMessage(), to: context.topic())
            }
            try await context.expectError(.closed, from: "subscribing") {
                _ = try await client.subscribe(to: context.topic())
            }
            if context.claims.contains("requests") {
                try await context.expectError(.closed, from: "requesting") {
                    _ = try await client.request(BrokerMessage(), to: context.topic(), deadline: .now + .seconds(5))
                }
            }
            await recorder.subscription.cancel()
            let other = try await context.record()
            try await context.publish(["x"])
            try await context.eventually(other, gets: ["x"])
        },
    ]
}

extension BrokerTestContext {
    /// A queue, where they are claimed: what a backend keeps for who comes back.
    var queueIfClaimed: String? { claims.contains("queues") ? queue() : nil }
}
