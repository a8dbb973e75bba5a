// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MicroCore
import NIOCore
import Synchronization

/// What JetStream delivers to one subscription: it asks for as many messages as may be unsettled, and no more.
final class JetStreamFeed: NATSFeed {
    /// How long the server keeps a request for messages.
    private static let requestLife = Duration.seconds(30)
    /// How often the server says that it still has it.
    private static let heartbeat = Duration.seconds(5)

    private struct Unsettled {
        let size: Int
        /// When the server gives it to somebody again.
        let expiry: ContinuousClock.Instant
    }

    private struct DeadLetter {
        let message: NATSMessage
        let sequence: UInt64
        let reply: String
    }

    private struct State {
        /// Messages that were asked for and have not come.
        var requested = 0
        var unsettled: [UInt64: Unsettled] = [:]
        var nextID: UInt64 = 0
        var lastSign = ContinuousClock.now
        /// Whether the server may have lost the consumer.
        var isInDoubt = false
        /// How often in a row it has refused a request, with nothing delivered in between.
        var refusals = 0
        var deadLetters: [DeadLetter] = []
        var isStopped = false
        var hasEnded = false
    }

    let source: Subscription.Source
    private let consumer: JetStreamConsumer
    private let jetStream: JetStream
    private let link: NATSLink
    private let interest = Mutex<NATSInterest?>(nil)
    private let listener = Mutex<UInt64?>(nil)
    private let inbox = "_INBOX.\(NATSName.unique())"
    private let maximumInFlight: Int
    private let maximumBytes: Int
    private let maximumAttempts: Int
    private let deadLetterTopic: String?
    private let logger: Logger
    private let state = Mutex(State())
    private let signal = NATSSignal()

    init(
        _ source: Subscription.Source, consumer: JetStreamConsumer, of jetStream: JetStream, link: NATSLink,
        maximumInFlight: Int, maximumBytes: Int, maximumAttempts: Int?, deadLetterTopic: String?, logger: Logger
    ) throws {
        self.source = source
        self.consumer = consumer
        self.jetStream = jetStream
        self.link = link
        self.maximumInFlight = maximumInFlight
        self.maximumBytes = maximumBytes
        self.maximumAttempts = maximumAttempts ?? .max
        self.deadLetterTopic = deadLetterTopic
        self.logger = logger
        let added = try link.add("\(inbox).*") { [weak self] in self?.receive($0) }
        interest.withLock { $0 = added }
        let id = link.listen { [weak self] session in self?.connectionChanged(isLost: session == nil) }
        listener.withLock { $0 = id }
    }

    // MARK: The life of the subscription

    func start(by deadline: ContinuousClock.Instant) async throws {
        do {
            while true {
                do { try await consumer.ensure(by: deadline) } catch let error as MicroError
                    where error.code == .unavailable && deadline - .now > .milliseconds(100)
                {
                    // A connection that was just lost, or a server whose JetStream is just starting.
                    try await Task.sleep(for: .milliseconds(50))
                    continue
                }
                break
            }
        } catch {
            await consumer.remove(by: .now + .milliseconds(200))
            throw error
        }
        jetStream.own(self) { await self.run() }
    }

    func stopReceiving() {
        state.withLock { $0.isStopped = true }
        if let interest = interest.withLock(\.self) { link.sendNow { $0.appendUnsubscribe(interest.id) } }
    }

    func end() {
        state.withLock { ($0.isStopped, $0.hasEnded) = (true, true) }
        if let interest = interest.withLock({ $0.take() }) { link.remove(interest) }
        if let listener = listener.withLock({ $0.take() }) { link.stopListening(listener) }
        signal.ring()
    }

    /// With a connection goes whatever was asked for by it.
    private func connectionChanged(isLost: Bool) {
        if isLost { state.withLock { ($0.requested, $0.isInDoubt) = (0, true) } }
        signal.ring()
    }

    // MARK: Asking

    private func run() async {
        var failures = 0
        while !state.withLock(\.hasEnded), !Task.isCancelled {
            do {
                await bury()
                if let refusals = state.withLock({ $0.refusals > 0 ? $0.refusals : nil }) {
                    try await Task.sleep(for: Self.backoff.delay(attempt: refusals - 1))
                }
                if state.withLock(\.isInDoubt) {
                    try await consumer.ensure(by: .now + link.configuration.timeout)
                    state.withLock { $0.isInDoubt = false }
                }
                try await ask()
                failures = 0
                await signal.wait(until: nextCheck())
            } catch is CancellationError {
                break
            } catch {
                if failures == 0 {
                    logger.warning(
                        "a subscription is away", metadata: ["consumer": "\(consumer.name)", "error": "\(error)"])
                }
                state.withLock { $0.isInDoubt = true }
                await signal.wait(until: .now + Self.backoff.delay(attempt: failures))
                failures += 1
            }
        }
        // While it drains, what is in hand is still handled.
        while !source.hasEnded, !Task.isCancelled {
            await signal.wait(until: .now + .milliseconds(50))
            await bury()
        }
        await consumer.remove(by: .now + .seconds(1))
    }

    private static let backoff = Backoff(base: .milliseconds(100), limit: .seconds(5))

    /// Asks for as much as there is room for, if it is worth a request.
    private func ask() async throws {
        // What is counted is asked for by this session: with it both are forgotten.
        let session = try await link.connected(by: .now + link.configuration.timeout)
        let count = state.withLock { state in
            let now = ContinuousClock.now
            // What was not settled in time is the server's again.
            state.unsettled = state.unsettled.filter { $0.value.expiry > now }
            if state.requested > 0, now - state.lastSign > Self.heartbeat * 3 {
                (state.requested, state.isInDoubt) = (0, true)
            }
            let room = room(state)
            guard !state.isStopped, isWorthAsking(room, state) else { return 0 }
            state.requested += room
            state.lastSign = now
            return room
        }
        guard count > 0 else { return }
        let request = Message(
            text: "{\"batch\":\(count),\"expires\":\(Self.requestLife.nanoseconds),"
                + "\"idle_heartbeat\":\(Self.heartbeat.nanoseconds)}")
        _ = session.write { $0.appendPublish(request, to: consumer.nextSubject, reply: "\(inbox).\(count)") }
    }

    /// How many messages may still be asked for: by their number, and by the memory that they will take if they are as
    /// large as those that have come.
    private func room(_ state: State) -> Int {
        // What the server takes for lost may still wait for its reader.
        let held = max(state.unsettled.count, source.waiting)
        let bytes = state.unsettled.values.reduce(0) { $0 + $1.size }
        let average = max(1, bytes / max(1, state.unsettled.count))
        let byBytes = max(held + state.requested == 0 ? 1 : 0, (maximumBytes - bytes) / average - state.requested)
        return min(maximumInFlight - held - state.requested, byBytes)
    }

    private func isWorthAsking(_ room: Int, _ state: State) -> Bool {
        room > 0 && (state.requested == 0 || room >= max(1, maximumInFlight / 4))
    }

    private func nextCheck() -> ContinuousClock.Instant {
        state.withLock { state in
            // What comes meanwhile expires after the patience of the consumer at the earliest.
            let latest = ContinuousClock.now + min(Self.heartbeat, consumer.patience)
            return state.unsettled.values.lazy.map(\.expiry).min().map { min($0, latest) } ?? latest
        }
    }

    // MARK: Receiving, on the thread of the connection

    private func receive(_ messages: [NATSMessage]) {
        var deliveries: [Delivery] = []
        for message in messages {
            if let reply = message.reply, let delivery = JetStreamDelivery(acknowledgement: reply) {
                if let delivery = take(message, delivery, reply) { deliveries.append(delivery) }
            } else {
                note(message)
            }
        }
        if !deliveries.isEmpty { source.yield(contentsOf: deliveries) }
    }

    /// Nil for a message that was delivered often enough.
    private func take(_ message: NATSMessage, _ delivery: JetStreamDelivery, _ reply: String) -> Delivery? {
        consumer.note(delivered: delivery.sequence)
        let content = jetStream.read(message)
        let letter = DeadLetter(message: message, sequence: delivery.sequence, reply: reply)
        let id = state.withLock { state in
            state.requested = max(0, state.requested - 1)
            state.refusals = 0
            state.lastSign = .now
            state.nextID += 1
            state.unsettled[state.nextID] = Unsettled(size: content.size, expiry: .now + consumer.patience)
            return state.nextID
        }
        guard delivery.attempt <= maximumAttempts else {
            giveUp(id, letter)
            return nil
        }
        return Delivery(topic: message.subject, message: content, attempt: delivery.attempt) { settlement in
            switch settlement {
            case .acknowledged:
                self.answer(.acknowledge, reply)
                self.consumer.note(acknowledged: delivery.sequence)
            case .rejected where delivery.attempt >= self.maximumAttempts: return self.giveUp(id, letter)
            case .rejected(let delay): self.answer(.reject(after: delay), reply)
            case .returned: self.answer(.reject(after: nil), reply)
            }
            self.settled(id)
        }
    }

    private func answer(_ answer: JetStreamAnswer, _ reply: String) {
        // One that is lost with the connection leads to another delivery, as it may.
        link.sendNow { $0.appendPublish(answer.message, to: reply) }
    }

    private func settled(_ id: UInt64) {
        let isWorth = state.withLock { state in
            state.unsettled[id] = nil
            return isWorthAsking(room(state), state)
        }
        if isWorth { signal.ring() }
    }

    /// A status in place of a message: the server has ended a request, or still has it.
    private func note(_ message: NATSMessage) {
        guard let status = message.status else { return }
        let isHeartbeat = status == 100
        state.withLock { state in
            state.lastSign = .now
            guard !isHeartbeat else {
                state.refusals = 0
                return
            }
            let rest = message.headers["Nats-Pending-Messages"].flatMap { Int($0) } ?? state.requested
            state.requested = max(0, state.requested - max(0, rest))
            // 408 is the end of a request's time. Anything else may be the end of the consumer.
            guard status != 408 else { return }
            state.isInDoubt = true
            state.refusals += 1
        }
        if !isHeartbeat { signal.ring() }
    }

    // MARK: Dead letters

    private func giveUp(_ id: UInt64, _ letter: DeadLetter) {
        state.withLock { $0.deadLetters.append(letter) }
        settled(id)
        signal.ring()
    }

    /// Publishes what was given up, and only then has the server forget it: what cannot be published now comes again by
    /// itself, and what never can is only told of.
    private func bury() async {
        while let letter = state.withLock({ $0.deadLetters.isEmpty ? nil : $0.deadLetters.removeFirst() }) {
            var details: Logger.Metadata = ["consumer": "\(consumer.name)", "attempts": "\(maximumAttempts)"]
            do {
                if let deadLetterTopic { try await jetStream.bury(letter.message, in: deadLetterTopic) }
            } catch let error as MicroError where [.payloadTooLarge, .invalidArgument].contains(error.code) {
                details["error"] = "\(error)"
            } catch {
                logger.warning(
                    "a dead letter cannot be published now", metadata: details.merging(["error": "\(error)"]) { $1 })
                continue
            }
            logger.warning("a message was given up", metadata: details)
            answer(.terminate, letter.reply)
            consumer.note(acknowledged: letter.sequence)
        }
    }
}
