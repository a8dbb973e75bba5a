// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import MicroCore

@Suite(.timeLimit(.minutes(1))) struct SubscriptionTests {
    private func options(_ count: Int = 100, bytes: Int = 1_000_000) -> SubscribeOptions {
        var options = SubscribeOptions()
        options.maxBufferedMessages = count
        options.maxBufferedBytes = bytes
        return options
    }

    private func delivery(_ text: String) -> Delivery { Delivery(topic: "a", message: BrokerMessage(text: text)) }

    @Test func dropsOldestBeyondLimitAndCountsThem() async {
        let (subscription, source) = Subscription.makeStream(options: options(3))
        source.yield(contentsOf: (0..<5).map { delivery("\($0)") })
        source.yield(delivery("5"))
        var iterator = subscription.makeAsyncIterator()
        let (first, second) = (await iterator.next(), await iterator.next())
        #expect(first?.text == "3" && first?.droppedBefore == 3)
        #expect(second?.text == "4" && second?.droppedBefore == 0)
        #expect(subscription.droppedCount == 3)
        for number in 6..<11 { source.yield(delivery("\(number)")) }
        // A delivery that a reader has taken is no longer dropped.
        #expect(await iterator.next()?.text == "5")
        let third = await iterator.next()
        #expect(third?.text == "8" && third?.droppedBefore == 2)
        #expect(subscription.droppedCount == 5)
    }

    @Test func problemIsReportedUntilItEnds() async {
        let (subscription, source) = Subscription.makeStream(options: options())
        #expect(subscription.problem == nil)
        source.report(MicroError(.permissionDenied, "may not subscribe"))
        #expect(subscription.problem?.code == .permissionDenied)
        // Messages that were received before are still delivered.
        source.yield(delivery("a"))
        var iterator = subscription.makeAsyncIterator()
        #expect(await iterator.next()?.text == "a")
        source.report(nil)
        #expect(subscription.problem == nil)
    }

    @Test func bufferIsBoundedInBytesButKeepsOneLargerDelivery() async {
        let (subscription, source) = Subscription.makeStream(options: options(bytes: 10))
        source.yield(delivery(String(repeating: "a", count: 6)))
        source.yield(delivery(String(repeating: "b", count: 6)))
        source.yield(delivery(String(repeating: "c", count: 20)))
        var iterator = subscription.makeAsyncIterator()
        let first = await iterator.next()
        #expect(first?.text.first == "c" && first?.droppedBefore == 2)
    }

    /// With acknowledgements, the adapter bounds the buffer by limiting the number of deliveries that it requests.
    @Test func acknowledgedDeliveriesAreNotDroppedAndReturnedOnCancel() async {
        let (subscription, source) = Subscription.makeStream(options: options(1))
        let recorder = SettlementRecorder()
        source.yield(contentsOf: (0..<3).map { recorder.delivery("\($0)") })
        #expect(recorder.settlements.isEmpty && source.pendingCount == 3 && subscription.droppedCount == 0)
        await subscription.cancel()
        #expect(recorder.settlements == ["0": .returned, "1": .returned, "2": .returned])
        source.yield(recorder.delivery("3"))
        #expect(recorder.settlements["3"] == .returned)
    }

    /// The deliveries that a cancelled reader leaves go to a reader that is already waiting.
    @Test(.timeLimit(.minutes(1))) func unreadBatchGoesToWaitingReader() async {
        let (subscription, source) = Subscription.makeStream(options: options(100))
        source.yield(contentsOf: (0..<10).map { delivery("\($0)") })
        var first: Subscription.Iterator? = subscription.makeAsyncIterator()
        #expect(await first?.next()?.text == "0")
        let second = Task {
            var iterator = subscription.makeAsyncIterator()
            return await iterator.next()?.text
        }
        // The second reader may begin to wait before or after the first one ends; both orders must work.
        await Task.yield()
        first = nil
        #expect(await second.value == "1")
    }

    @Test func cancelEndsReadersAndCallsOnEndOnce() async {
        let ends = Counter()
        let (subscription, source) = Subscription.makeStream(options: options()) { ends.add() }
        let readers = (0..<3).map { _ in Task { for await _ in subscription {} } }
        await subscription.cancel()
        await subscription.cancel()
        source.finish()
        for reader in readers { await reader.value }
        #expect(ends.value == 1 && source.hasEnded)
    }

    @Test func releasingSubscriptionEndsIt() async {
        let ends = Counter()
        let source = Subscription.makeStream(options: options()) { ends.add() }.source
        #expect(ends.value == 1)
        source.yield(delivery("late"))
        #expect(source.hasEnded)
    }

    @Test func iteratorKeepsSubscriptionAlive() async {
        let ends = Counter()
        let (made, source) = Subscription.makeStream(options: options()) { ends.add() }
        let seen = Counter()
        var subscription = Optional(made)
        let iterator = subscription?.makeAsyncIterator()
        let reader = Task { [iterator] in
            var iterator = iterator
            while await iterator?.next() != nil { seen.add() }
        }
        subscription = nil
        source.yield(delivery("x"))
        #expect(await eventually { seen.value == 1 })
        reader.cancel()
        await reader.value
    }

    @Test func nothingIsDeliveredAfterCancel() async {
        let (subscription, source) = Subscription.makeStream(options: options())
        source.yield(contentsOf: (0..<50).map { delivery("\($0)") })
        var iterator = subscription.makeAsyncIterator()
        #expect(await iterator.next()?.text == "0")
        await subscription.cancel()
        #expect(await iterator.next() == nil)
    }

    /// A reader that was resumed with a delivery gets none if the subscription ends before it runs.
    @Test(arguments: [false, true]) func nothingIsDeliveredToResumingReaderAfterCancel(handles: Bool) async {
        let recorder = SettlementRecorder()
        let executor = ManualExecutor()
        let (subscription, source) = Subscription.makeStream(options: options())
        let (handled, ended) = (Counter(), Counter())
        let reader = Task(executorPreference: executor) {
            defer { ended.add() }
            if handles {
                await subscription.handle { _ in handled.add() }
            } else {
                for await _ in subscription { handled.add() }
            }
        }
        executor.runJobs()
        source.yield(recorder.delivery("resumed"))
        source.finish()
        #expect(
            await eventually {
                executor.runJobs()
                return ended.value == 1
            })
        await reader.value
        #expect(handled.value == 0)
        #expect(recorder.settlements == ["resumed": .returned])
    }

    @Test func multipleReadersShareDeliveries() async {
        let (subscription, source) = Subscription.makeStream(options: options(10_000))
        let recorder = SettlementRecorder()
        let readers = (0..<4).map { _ in
            Task { for await delivery in subscription { recorder.note(delivery.text) } }
        }
        for number in 0..<2000 { source.yield(delivery("\(number)")) }
        #expect(await eventually { recorder.noted.count == 2000 })
        await subscription.cancel()
        for reader in readers { await reader.value }
        #expect(Set(recorder.noted).count == 2000)
    }

    @Test func unreadBatchGoesToNextReader() async {
        let (subscription, source) = Subscription.makeStream(options: options())
        source.yield(contentsOf: (0..<10).map { delivery("\($0)") })
        for await delivery in subscription {
            #expect(delivery.text == "0")
            break
        }
        var texts: [String] = []
        for await delivery in subscription {
            texts.append(delivery.text)
            if texts.count == 9 { break }
        }
        #expect(texts == (1..<10).map(String.init))
    }

    @Test func cancellingReaderKeepsSubscriptionOpen() async {
        let (subscription, source) = Subscription.makeStream(options: options())
        let reader = Task { for await _ in subscription {} }
        reader.cancel()
        await reader.value
        #expect(!source.hasEnded)
        source.yield(delivery("x"))
        for await delivery in subscription {
            #expect(delivery.text == "x")
            break
        }
    }

    @Test func onlyFirstSettlementCounts() async {
        let recorder = SettlementRecorder()
        let delivery = recorder.delivery("x")
        delivery.acknowledge()
        delivery.acknowledge()
        try? delivery.reject()
        #expect(recorder.settlements == ["x": .acknowledged] && recorder.settled.value == 1)
        #expect(throws: MicroError.self) { try self.delivery("y").reject() }
    }

    @Test func replyRequiresRequest() async throws {
        let replies = Mutex<[BrokerMessage]>([])
        let request = Delivery(
            topic: "a", message: BrokerMessage(), reply: { reply in replies.withLock { $0.append(reply) } })
        #expect(request.isRequest && !delivery("x").isRequest)
        try await request.reply(with: BrokerMessage(text: "1"))
        #expect(replies.withLock(\.self) == [BrokerMessage(text: "1")])
        await #expect(throws: MicroError.self) { try await delivery("x").reply(with: BrokerMessage()) }
    }

    /// Concurrent reads, writes and cancellations settle each delivery exactly once, and leave no reader waiting.
    @Test(arguments: 0..<20) func concurrentOperationsSettleEachDeliveryOnce(_ round: Int) async {
        let ends = Counter()
        let (subscription, source) = Subscription.makeStream(options: options(8)) { ends.add() }
        let recorder = SettlementRecorder()
        let readers = (0..<3).map { number in
            Task {
                for await delivery in subscription {
                    if number == 0 { try? delivery.reject() } else { delivery.acknowledge() }
                    if number == 2 { await Task.yield() }
                }
            }
        }
        let writers = (0..<3).map { writer in
            Task {
                for number in 0..<200 {
                    source.yield(recorder.delivery("\(writer).\(number)"))
                    if number % 7 == round % 7 { await Task.yield() }
                }
            }
        }
        readers[round % 3].cancel()
        await writers[0].value
        async let drained = source.drain(deadline: .now + .seconds(20))
        await subscription.cancel()
        _ = await drained
        for task in readers + writers { await task.value }
        #expect(recorder.settlements.count == 600 && recorder.settled.value == 600)
        #expect(ends.value == 1)
    }
}

/// A drain delivers what is buffered, and waits for unsettled deliveries.
@Suite(.timeLimit(.minutes(1))) struct SubscriptionSourceDrainTests {
    @Test func drainWaitsForUnsettledDeliveriesAndAcceptsNoNewOnes() async {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        let recorder = SettlementRecorder()
        source.yield(contentsOf: (0..<3).map { recorder.delivery("\($0)") })
        var iterator = subscription.makeAsyncIterator()
        let first = await iterator.next()
        let isDrained = Counter()
        let draining = Task {
            let isComplete = await source.drain(deadline: .now + .seconds(30))
            isDrained.add()
            return isComplete
        }
        // A delivery that arrives during the drain is returned for redelivery.
        let late = Counter()
        #expect(
            await eventually {
                let text = "late-\(late.add())"
                source.yield(recorder.delivery(text))
                return recorder.settlements[text] == .returned
            })
        var texts: [String] = []
        while let delivery = await iterator.next() {
            texts.append(delivery.text)
            delivery.acknowledge()
        }
        #expect(texts.prefix(2) == ["1", "2"])
        #expect(await always(during: .milliseconds(20)) { isDrained.value == 0 })
        first?.acknowledge()
        #expect(await draining.value)
    }

    @Test func withoutAcknowledgementsNextReadSettles() async {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        source.yield(Delivery(topic: "a", message: BrokerMessage(text: "x")))
        var iterator = subscription.makeAsyncIterator()
        #expect(await iterator.next() != nil)
        let isDrained = Counter()
        let draining = Task {
            await source.drain(deadline: .now + .seconds(30))
            isDrained.add()
        }
        #expect(await always(during: .milliseconds(20)) { isDrained.value == 0 })
        #expect(await iterator.next() == nil)
        await draining.value
    }

    @Test func drainEndsAtDeadline() async {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        let recorder = SettlementRecorder()
        source.yield(contentsOf: [recorder.delivery("held"), recorder.delivery("never taken")])
        var iterator = subscription.makeAsyncIterator()
        let held = await iterator.next()
        #expect(await source.drain(deadline: .now + .milliseconds(20)) == false)
        #expect(recorder.settlements == ["never taken": .returned])
        // A settlement after the deadline still reaches the backend.
        held?.acknowledge()
        #expect(recorder.settlements["held"] == .acknowledged)
        #expect(await iterator.next() == nil)
    }

    @Test func drainIgnoresReleasedDeliveries() async {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        source.yield(SettlementRecorder().delivery("released"))
        let reader = Task { for await _ in subscription {} }
        #expect(await eventually { await source.drain(deadline: .now + .seconds(30)) })
        await reader.value
    }

    @Test func idleSubscriptionDrainsAtOnce() async {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        let reader = Task { for await _ in subscription {} }
        #expect(await source.drain(deadline: .now + .seconds(30)))
        await reader.value
        #expect(source.hasEnded)
    }
}

/// ``Subscription/handle(concurrency:backoff:onFailure:_:)``
@Suite(.timeLimit(.minutes(1))) struct SubscriptionHandleTests {
    private struct Failure: Error {}

    @Test func handlerSuccessAcknowledges() async {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        let recorder = SettlementRecorder()
        let (gate, gateContinuation) = AsyncStream<Void>.makeStream()
        let begun = Counter()
        let handling = Task {
            await subscription.handle { _ in
                begun.add()
                for await _ in gate { break }
            }
        }
        source.yield(recorder.delivery("x"))
        #expect(await eventually { begun.value == 1 })
        #expect(await always(during: .milliseconds(20)) { recorder.settlements.isEmpty })
        gateContinuation.yield()
        #expect(await eventually { recorder.settlements == ["x": .acknowledged] })
        await subscription.cancel()
        await handling.value
    }

    @Test func handlerFailureIsReportedAndRejectedWithBackoff() async {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        let recorder = SettlementRecorder()
        source.yield(contentsOf: (0..<3).map { recorder.delivery("\($0)") })
        let handling = Task {
            await subscription.handle(
                backoff: Backoff(base: .seconds(1), maxDelay: .seconds(1)),
                onFailure: { recorder.note("\($0.text) \($1)") },
                { if $0.text == "1" { throw Failure() } })
        }
        #expect(await eventually { recorder.settlements.count == 3 })
        #expect(recorder.noted == ["1 Failure()"])
        #expect(recorder.settlements["0"] == .acknowledged && recorder.settlements["2"] == .acknowledged)
        guard case .rejected(let delay?) = recorder.settlements["1"] else {
            Issue.record("it was not rejected with a delay")
            return
        }
        #expect(delay >= .milliseconds(100) && delay <= .seconds(1))
        await subscription.cancel()
        await handling.value
    }

    @Test func handlerConcurrencyIsBounded() async {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        let running = Counter()
        let maxRunning = Mutex(0)
        let recorder = SettlementRecorder()
        let handling = Task {
            await subscription.handle(concurrency: 3) { delivery in
                let count = running.add()
                maxRunning.withLock { $0 = max($0, count) }
                for _ in 0..<10 { await Task.yield() }
                running.add(-1)
                recorder.note(delivery.text)
            }
        }
        source.yield(contentsOf: (0..<100).map { recorder.delivery("\($0)") })
        #expect(await eventually { recorder.settlements.count == 100 })
        #expect((2...3).contains(maxRunning.withLock(\.self)))
        await subscription.cancel()
        await handling.value
        #expect(Set(recorder.noted).count == 100)
    }

    @Test func cancelledHandlerReturnsDelivery() async {
        let (subscription, source) = Subscription.makeStream(options: SubscribeOptions())
        let recorder = SettlementRecorder()
        let begun = Counter()
        let handling = Task {
            await subscription.handle(onFailure: { recorder.note("\($0.text) \($1)") }) { _ in
                begun.add()
                try await Task.sleep(for: .seconds(600))
            }
        }
        source.yield(recorder.delivery("x"))
        #expect(await eventually { begun.value == 1 })
        handling.cancel()
        await handling.value
        #expect(recorder.settlements == ["x": .returned] && recorder.noted.isEmpty)
    }
}

/// Records how deliveries were settled.
private final class SettlementRecorder: Sendable {
    private let state = Mutex<(settlements: [String: Delivery.Settlement], noted: [String])>(([:], []))

    let settled = Counter()

    var settlements: [String: Delivery.Settlement] { state.withLock(\.settlements) }
    var noted: [String] { state.withLock(\.noted) }

    func note(_ text: String) { state.withLock { $0.noted.append(text) } }

    func delivery(_ text: String) -> Delivery {
        Delivery(
            topic: "a", message: BrokerMessage(text: text),
            settle: { settlement in
                self.settled.add()
                self.state.withLock { $0.settlements[text] = settlement }
            })
    }
}

extension Delivery {
    fileprivate var text: String { String(buffer: message.body) }
}
