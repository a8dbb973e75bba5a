// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let close = [
        BrokerCase(
            "B32", .core, "Closing waits until received messages are handled and published messages are sent.",
            rationale: "Deployments lose the messages in the buffers of both sides."
        ) { context in
            let publisher = try await context.makeClient()
            let recorder = try await context.record()
            let count = context.bounds.load.messages
            try await context.publish(context.texts(0..<count), by: publisher)
            await publisher.close()
            try await context.eventually(recorder, gets: context.texts(0..<count))

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
            let sibling = try await context.record(client, topic: topic)
            try await context.publish(context.texts(0..<20), to: topic)
            try await context.eventually(sibling, gets: context.texts(0..<20))
            try await context.eventually("the handler has started") { gate.arrivals > 0 }
            let isClosed = Mutex(false)
            let closing = Task {
                await client.close(deadline: .now + .seconds(30))
                isClosed.withLock { $0 = true }
            }
            try await context.eventually("the client refuses to publish") {
                do { try await client.publish(BrokerMessage(), to: topic) } catch let error as MicroError
                    where error.code == .closed
                { return true }
                return false
            }
            try await context.never("closing ends before the handler") { isClosed.withLock(\.self) }
            gate.open()
            await closing.value
            await handling.value
            let handledTexts = handled.withLock(\.self)
            try context.expect(handledTexts.count, is: gate.arrivals, "the number of handled messages")
            if context.claims.contains("durability"), context.queueIfClaimed != nil {
                // Messages that the client has not received go to the next member; handled ones are not redelivered.
                let successor = try await context.record(topic: topic, queue: context.queue())
                try await context.eventually(
                    successor, includes: Set(context.texts(0..<20)).subtracting(handledTexts))
                try await context.never("a handled message arrives again") {
                    !Set(successor.texts).isDisjoint(with: handledTexts.filter { !$0.isEmpty })
                }
            } else {
                // The client may close after the sibling has received the last message, and before this subscription has.
                try context.expect(
                    Set(handledTexts).isSuperset(of: context.texts(0..<19)),
                    "all received messages are handled; only \(handledTexts.count) of 20 are")
            }
        },
        BrokerCase(
            "B33", .core, "Closing while a handler blocks ends at the deadline.",
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
            let duration = try await context.measure {
                try await context.withTimeout(context.bounds.timeouts.operation, "closing ends at its deadline") {
                    await client.close(deadline: .now + .milliseconds(300))
                }
            }
            try context.expect(
                duration < .milliseconds(1300), "closing ends at its deadline of 300 ms; it took \(duration)")
            try context.expect(
                duration >= .milliseconds(290), "closing waits for the handler until its deadline; it took \(duration)")
            gate.open()
            try await context.eventually("the subscription ends") { recorder.hasEnded }
        },
        BrokerCase(
            "B34", .core,
            "Closing a client repeatedly succeeds and ends its subscriptions; every later operation fails as closed.",
            rationale: "Operations of a closed client hang, crash or connect again."
        ) { context in
            let client = try await context.makeClient()
            let recorder = try await context.record(client)
            async let first: Void = client.close()
            async let second: Void = client.close()
            _ = await (first, second)
            await client.close()
            try await context.eventually("the subscription ends") { recorder.hasEnded }
            try await context.expectError(.closed, from: "publishing") {
                try await client.publish(BrokerMessage(), to: context.topic())
            }
            try await context.expectError(.closed, from: "subscribing") {
                _ = try await client.subscribe(to: context.topic())
            }
            if context.claims.contains("requests") {
                try await context.expectError(.closed, from: "requesting") {
                    try await context.request(by: client, within: .seconds(5))
                }
            }
            await recorder.subscription.cancel()
            let other = try await context.record()
            try await context.publish(["x"])
            try await context.eventually(other, gets: ["x"])
        },
        BrokerCase(
            "B71", .core, "Closing a client does not affect the subscriptions of other clients.",
            rationale: "Clients share a connection, and closing one client closes it for all."
        ) { context in
            let client = try await context.makeClient()
            let closed = try await context.record(client)
            let recorder = try await context.record()
            let member = try await context.record(queue: context.queueIfClaimed)
            try await context.publish(["before"])
            try await context.eventually(closed, gets: ["before"])
            for each in [recorder, member] { try await context.eventually(each, gets: ["before"]) }
            await client.close()
            try await context.eventually("the subscription of the closed client ends") { closed.hasEnded }
            try await context.publish(context.texts(0..<20))
            for each in [recorder, member] {
                try await context.eventually(each, gets: ["before"] + context.texts(0..<20))
                try context.expect(!each.hasEnded, "a subscription of the other client does not end")
            }
        },
    ]
}
