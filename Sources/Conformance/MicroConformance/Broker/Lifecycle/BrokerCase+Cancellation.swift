// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let cancellation = [
        BrokerCase(
            "B23", .core,
            "After a subscription is cancelled no delivery starts; the one in progress ends, and others are unaffected.",
            rationale: "go-micro's memory broker delivers a thousand of a thousand messages after the cancellation."
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
            try await context.publish(context.texts(0..<100))
            try await context.eventually("a handler has started") { gate.arrivals > 0 }
            await recorder.subscription.cancel()
            let count = recorder.count
            try await context.publish(context.texts(100..<200))
            gate.open()
            try await context.eventually("the delivery in progress ends") { finished.withLock(\.self) == count }
            try await context.eventually("the subscription ends") { recorder.hasEnded }
            try await context.never("another delivery starts") { recorder.count > count }
            try await context.eventually(sibling, gets: context.texts(0..<200))
        },
        BrokerCase(
            "B24", .core, "A subscription can be cancelled twice, in its own handler, and concurrently.",
            rationale: "Cancelling in a handler waits for that handler forever."
        ) { context in
            let cancelCount = Mutex(0)
            let subscription = try await context.subscriber.subscribe(to: context.topic())
            let recorder = context.record(subscription) { delivery in
                delivery.acknowledge()
                await subscription.cancel()
                await subscription.cancel()
                cancelCount.withLock { $0 += 1 }
            }
            try await context.publish(context.texts(0..<3))
            try await context.eventually("the handler has cancelled its subscription") {
                cancelCount.withLock(\.self) == 1
            }
            try await context.eventually("the subscription ends") { recorder.hasEnded }
            let other = try await context.record()
            try await context.withTimeout(context.bounds.timeouts.operation, "concurrent cancellations end") {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 { group.addTask { await other.subscription.cancel() } }
                }
            }
            try await context.eventually("the other subscription ends") { other.hasEnded }
            try context.expect(recorder.count, is: 1, "the number of deliveries to the handler")
        },
        BrokerCase(
            "B25", .core, "However a subscription ends, its readers end and it leaves nothing at the backend.",
            rationale: "Consumers of clients that have ended stay at the server."
        ) { context in
            let before = try await context.harness.resourceCounts()?.subscriptions
            // Ends subscriptions by cancelling, by releasing, by cancelling the reader, and by leaving a scope.
            let cancelled = try await context.record(topic: context.topic("a"))
            try await context.publish(["x"], to: context.topic("a"))
            try await context.eventually(cancelled, gets: ["x"])
            await cancelled.subscription.cancel()
            try await context.eventually("the reader ends") { cancelled.hasEnded }
            _ = try await context.subscriber.subscribe(to: context.topic("b"))
            let read = try await context.subscriber.subscribe(to: context.topic("c"))
            let reader = Task { for await delivery in read { delivery.acknowledge() } }
            reader.cancel()
            await reader.value
            await read.cancel()
            try await context.subscriber.withSubscription(to: context.topic("d")) { _ in }
            if let before {
                try await context.eventually("the number of subscriptions at the backend", is: before) {
                    try await context.harness.resourceCounts()?.subscriptions ?? before
                }
            }
            try await context.publish(["y"], to: context.topic("a"))
            try await context.never("a message arrives") { cancelled.count > 1 }
        },
        BrokerCase(
            "B35", .core, "Reading and publishing end promptly when their task is cancelled.",
            rationale: "Cancelled tasks wait for the next message, which may never arrive."
        ) { context in
            let subscription = try await context.subscriber.subscribe(to: context.topic())
            let reading = Task { for await delivery in subscription { delivery.acknowledge() } }
            try await context.publish(["x"])
            reading.cancel()
            try await context.withTimeout(.seconds(1), "a cancelled reader ends") { await reading.value }
            let message = BrokerMessage(text: String(repeating: "x", count: 1000))
            for _ in 0..<50 {
                let publishing = Task { try await context.publisher.publish(message, to: context.topic("other")) }
                publishing.cancel()
                do {
                    try await context.withTimeout(.seconds(1), "cancelled publishing ends") {
                        try await publishing.value
                    }
                } catch is CancellationError {}
            }
            let recorder = try await context.record()
            try await context.publish(["after"])
            try await context.eventually("the client still works") { recorder.texts.last == "after" }
        },
    ]
}
