// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let cancellations = [
        BrokerCase(
            "B23", .core, "After cancelling nothing new is handed out; what is in hand is finished, others live on",
            rationale: "go-micro's memory broker delivers a thousand of a thousand messages after the end."
        ) { context in
            let gate = AsyncGate()
            let finished = Mutex(0)
            let recorder = try await context.record { _ in
            } handle: { delivery in
                await gate.waitIgnoringCancellation()
                delivery.acknowledge()
                finished.withLock { $0 += 1 }
            }
            let sibling = try await context.record()
            try await context.publish(texts(0..<100))
            try await context.eventually("a handler has begun") { gate.arrivals > 0 }
            await recorder.subscription.cancel()
            let count = recorder.count
            try await context.publish(texts(100..<200))
            gate.open()
            try await context.eventually("what was in hand is finished") { finished.withLock(\.self) == count }
            try await context.eventually("the loop has ended") { recorder.hasEnded }
            try await context.never("something new is handed out") { recorder.count > count }
            try await context.eventually(sibling, gets: texts(0..<200))
        },
        BrokerCase(
            "B24", .core, "Cancelling is fine twice, in a handler, and while another cancels",
            rationale: "Cancelling in a handler waits for the handler, for ever."
        ) { context in
            let cancelled = Mutex(0)
            let subscription = try await context.b.subscribe(to: context.topic())
            let recorder = context.record(subscription) { delivery in
                delivery.acknowledge()
                await subscription.cancel()
                await subscription.cancel()
                cancelled.withLock { $0 += 1 }
            }
            try await context.publish(texts(0..<3))
            try await context.eventually("the handler has cancelled") { cancelled.withLock(\.self) == 1 }
            try await context.eventually("the loop has ended") { recorder.hasEnded }
            let other = try await context.record()
            let late = ConformanceFailure("cancelling at once by many ends")
            try await context.withTimeout(context.bounds.operationTimeout, orThrow: late) {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 { group.addTask { await other.subscription.cancel() } }
                }
            }
            try await context.eventually("the other loop has ended") { other.hasEnded }
            try context.expect(recorder.count, is: 1, "deliveries to who cancels with the first")
        },
        BrokerCase(
            "B25", .core, "However a subscription ends, its readers end, and nothing of it is left at the backend",
            rationale: "Consumers of clients that are gone go on at the server."
        ) { context in
            let before = try await context.harness.resourceCounts()?.subscriptions
            // By cancelling it, by letting go of it, and by cancelling its reader and letting go of it.
            let cancelled = try await context.record(topic: context.topic("a"))
            try await context.publish(["x"], to: context.topic("a"))
            try await context.eventually(cancelled, gets: ["x"])
            await cancelled.subscription.cancel()
            try await context.eventually("the readers have ended") { cancelled.hasEnded }
            _ = try await context.b.subscribe(to: context.topic("b"))
            let read = try await context.b.subscribe(to: context.topic("c"))
            let reader = Task { for await delivery in read { delivery.acknowledge() } }
            reader.cancel()
            await reader.value
            await read.cancel()
            try await context.b.withSubscription(to: context.topic("d")) { _ in }
            if let before {
                try await context.eventually("subscriptions at the backend", is: before) {
                    try await context.harness.resourceCounts()?.subscriptions ?? before
                }
            }
            try await context.publish(["y"], to: context.topic("a"))
            try await context.never("something is delivered") { cancelled.count > 1 }
        },
        BrokerCase(
            "B35", .core, "Who is cancelled while he reads or publishes is let go at once",
            rationale: "Cancelled tasks wait for the next message, which may never come."
        ) { context in
            let subscription = try await context.b.subscribe(to: context.topic())
            let reading = Task {
                for await delivery in subscription { delivery.acknowledge() }
            }
            try await context.publish(["x"])
            let late = ConformanceFailure("a reader that is cancelled ends within a second")
            reading.cancel()
            try await context.withTimeout(.seconds(1), orThrow: late) { await reading.value }
            let message = BrokerMessage(text: String(repeating: "x", count: 1000))
            for _ in 0..<50 {
                let publishing = Task { try await context.a.publish(message, to: context.topic("other")) }
                publishing.cancel()
                let slow = ConformanceFailure("publishing that is cancelled ends within a second")
                do {
                    try await context.withTimeout(.seconds(1), orThrow: slow) { try await publishing.value }
                } catch is CancellationError {}
            }
            let recorder = try await context.record()
            try await context.publish(["after"])
            try await context.eventually("the client works on") { recorder.texts.last == "after" }
        },
    ]
}
