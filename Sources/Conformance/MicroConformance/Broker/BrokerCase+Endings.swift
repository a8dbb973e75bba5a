// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let endings = [
        BrokerCase(
            "B23", .core, "After cancelling nothing new is handed out; what is in hand is finished, others live on",
            motive: "go-micro's memory broker delivers a thousand of a thousand messages after the end."
        ) { trial in
            let gate = Gate()
            let finished = Mutex(0)
            let recorder = try await trial.record { _ in
            } handle: { delivery in
                await gate.block()
                delivery.acknowledge()
                finished.withLock { $0 += 1 }
            }
            let sibling = try await trial.record()
            try await trial.publish(texts(0..<100))
            try await trial.eventually("a handler has begun") { gate.arrivals > 0 }
            await recorder.subscription.cancel()
            let count = recorder.count
            try await trial.publish(texts(100..<200))
            gate.open()
            try await trial.eventually("what was in hand is finished") { finished.withLock(\.self) == count }
            try await trial.eventually("the loop has ended") { recorder.hasEnded }
            try await trial.never("something new is handed out") { recorder.count > count }
            try await trial.eventually(sibling, gets: texts(0..<200))
        },
        BrokerCase(
            "B24", .core, "Cancelling is fine twice, in a handler, and while another cancels",
            motive: "Cancelling in a handler waits for the handler, for ever."
        ) { trial in
            let cancelled = Mutex(0)
            let subscription = try await trial.b.subscribe(to: trial.topic())
            let recorder = trial.record(subscription) { delivery in
                delivery.acknowledge()
                await subscription.cancel()
                await subscription.cancel()
                cancelled.withLock { $0 += 1 }
            }
            try await trial.publish(texts(0..<3))
            try await trial.eventually("the handler has cancelled") { cancelled.withLock(\.self) == 1 }
            try await trial.eventually("the loop has ended") { recorder.hasEnded }
            let other = try await trial.record()
            let late = ConformanceFailure("cancelling at once by many ends")
            try await trial.bounded(trial.bounds.operation, orThrow: late) {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 { group.addTask { await other.subscription.cancel() } }
                }
            }
            try await trial.eventually("the other loop has ended") { other.hasEnded }
            try trial.expect(recorder.count, is: 1, "deliveries to who cancels with the first")
        },
        BrokerCase(
            "B25", .core, "However a subscription ends, its readers end, and nothing of it is left at the backend",
            motive: "Consumers of clients that are gone go on at the server."
        ) { trial in
            let before = try await trial.harness.census()?.subscriptions
            // By cancelling it, by letting go of it, and by cancelling its reader and letting go of it.
            let cancelled = try await trial.record(topic: trial.topic("a"))
            try await trial.publish(["x"], to: trial.topic("a"))
            try await trial.eventually(cancelled, gets: ["x"])
            await cancelled.subscription.cancel()
            try await trial.eventually("the readers have ended") { cancelled.hasEnded }
            _ = try await trial.b.subscribe(to: trial.topic("b"))
            let read = try await trial.b.subscribe(to: trial.topic("c"))
            let reader = Task { for await delivery in read { delivery.acknowledge() } }
            reader.cancel()
            await reader.value
            await read.cancel()
            try await trial.b.withSubscription(to: trial.topic("d")) { _ in }
            if let before {
                try await trial.eventually("subscriptions at the backend", is: before) {
                    try await trial.harness.census()?.subscriptions ?? before
                }
            }
            try await trial.publish(["y"], to: trial.topic("a"))
            try await trial.never("something is delivered") { cancelled.count > 1 }
        },
        BrokerCase(
            "B35", .core, "Who is cancelled while he reads or publishes is let go at once",
            motive: "Cancelled tasks wait for the next message, which may never come."
        ) { trial in
            let subscription = try await trial.b.subscribe(to: trial.topic())
            let reading = Task {
                for await delivery in subscription { delivery.acknowledge() }
            }
            try await trial.publish(["x"])
            let late = ConformanceFailure("a reader that is cancelled ends within a second")
            reading.cancel()
            try await trial.bounded(.seconds(1), orThrow: late) { await reading.value }
            let message = Message(text: String(repeating: "x", count: 1000))
            for _ in 0..<50 {
                let publishing = Task { try await trial.a.publish(message, to: trial.topic("other")) }
                publishing.cancel()
                let slow = ConformanceFailure("publishing that is cancelled ends within a second")
                do {
                    try await trial.bounded(.seconds(1), orThrow: slow) { try await publishing.value }
                } catch is CancellationError {}
            }
            let recorder = try await trial.record()
            try await trial.publish(["after"])
            try await trial.eventually("the client works on") { recorder.texts.last == "after" }
        },
    ]
}
