// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SubscriberDrainTests {
    @Test func drainHandlesBufferedDeliveriesAndAcceptsNoNewOnes() async throws {
        let ended = Counter()
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions()) { ended.add() }
        for text in ["1", "2"] { source.yield(Delivery(topic: "t", message: BrokerMessage(text: text))) }
        async let isDrained = subscription.drain(deadline: .now + .seconds(20))
        // The backend is notified immediately, not after the last delivery has been handled.
        #expect(await eventually { ended.value == 1 })
        var texts: [String] = []
        for await delivery in subscription {
            texts.append(String(buffer: delivery.message.body))
            source.yield(Delivery(topic: "t", message: BrokerMessage(text: "late")))
        }
        #expect(texts == ["1", "2"])
        #expect(await isDrained)
        #expect(source.hasEnded && ended.value == 1)
    }

    /// A service drains its subscription while its broker is closed.
    @Test func concurrentDrainsHaveTheSameResult() async throws {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        source.yield(Delivery(topic: "t", message: BrokerMessage(text: "1")))
        var iterator = subscription.makeAsyncIterator()
        _ = await iterator.next()
        let ended = Counter()
        let drains = (0..<8).map { _ in
            Task {
                let isDrained = await subscription.drain(deadline: .now + .seconds(20))
                ended.add()
                return isDrained
            }
        }
        #expect(await always(during: .milliseconds(20)) { ended.value == 0 })
        #expect(await iterator.next() == nil)
        for drain in drains { #expect(await drain.value) }
    }

    @Test func drainEndsAtDeadline() async throws {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        source.yield(Delivery(topic: "t", message: BrokerMessage(text: "1")))
        #expect(await subscription.drain(deadline: .now + .milliseconds(20)) == false)
        #expect(source.hasEnded)
    }
}
