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
    private static let requestExpiry = Duration.seconds(30)
    /// How often the server says that it still has it.
    private static let idleHeartbeat = Duration.seconds(5)

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
        var lastActivity = ContinuousClock.now
        /// Whether the server may have lost the consumer.
        var needsConsumerCheck = false
        /// How often in a row it has refused a request, with nothing delivered in between.
        var consecutiveRejections = 0
        var deadLetters: [DeadLetter] = []
        var isStopped = false
        var hasEnded = false
    }

    let source: Subscription.Source
    private let consumer: JetStreamConsumer
    private let jetStream: JetStream
    private let connection: NATSConnectionManager
    private let subscription = Mutex<NATSSubscription?>(nil)
    private let observerID = Mutex<UInt64?>(nil)
    private let inbox = "_INBOX.\(NATSName.unique())"
    private let maxInFlight: Int
    private let maxBytes: Int
    private let maxAttempts: Int
    private let deadLetterTopic: String?
    private let logger: Logger
    private let state = Mutex(State())
    private let signal = NATSSignal()

    init(
        _ source: Subscription.Source, consumer: JetStreamConsumer, of jetStream: JetStream,
        connection: NATSConnectionManager,
        maxInFlight: Int, maxBytes: Int, maxAttempts: Int?, deadLetterTopic: String?, logger: Logger
    ) throws {
        self.source = source
        self.consumer = consumer
        self.jetStream = jetStream
        self.connection = connection
        self.maxInFlight = maxInFlight
        self.maxBytes = maxBytes
        self.maxAttempts = maxAttempts ?? .max
        self.deadLetterTopic = deadLetterTopic
        self.logger = logger
        let added = try connection.subscribe("\(inbox).*") { [weak self] in self?.receive($0) }
        subscription.withLock { $0 = added }
        let id = connection.addSessionObserver { [weak self] session in self?.connectionChanged(isLost: session == nil)
        }
        observerID.withLock { $0 = id }
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
        jetStream.trackTask(self) { await self.run() }
    }

    func stopReceiving() {
        state.withLock { $0.isStopped = true }
        if let subscription = subscription.withLock(\.self) {
            connection.sendIfConnected { $0.appendUnsubscribe(subscription.id) }
        }
    }

    func end() {
        state.withLock { ($0.isStopped, $0.hasEnded) = (true, true) }
        if let subscription = subscription.withLock({ $0.take() }) { connection.unsubscribe(subscription) }
        if let observerID = observerID.withLock({ $0.take() }) { connection.removeSessionObserver(observerID) }
        signal.notify()
    }

    /// With a connection goes whatever was asked for by it.
    private func connectionChanged(isLost: Bool) {
        if isLost { state.withLock { ($0.requested, $0.needsConsumerCheck) = (0, true) } }
        signal.notify()
    }

    // MARK: Asking

    private func run() async {
        var failures = 0
        while !state.withLock(\.hasEnded), !Task.isCancelled {
            do {
                await publishDeadLetters()
                if let consecutiveRejections = state.withLock({
                    $0.consecutiveRejections > 0 ? $0.consecutiveRejections : nil
                }) {
                    try await Task.sleep(for: Self.backoff.delay(attempt: consecutiveRejections - 1))
                }
                if state.withLock(\.needsConsumerCheck) {
                    try await consumer.ensure(by: .now + connection.configuration.timeout)
                    state.withLock { $0.needsConsumerCheck = false }
                }
                try await requestMessages()
                failures = 0
                await signal.wait(until: nextCheck())
            } catch is CancellationError {
                break
            } catch {
                if failures == 0 {
                    logger.warning(
                        "a subscription is away", metadata: ["consumer": "\(consumer.name)", "error": "\(error)"])
                }
                state.withLock { $0.needsConsumerCheck = true }
                await signal.wait(until: .now + Self.backoff.delay(attempt: failures))
                failures += 1
            }
        }
        // While it drains, what is in hand is still handled.
        while !source.hasEnded, !Task.isCancelled {
            await signal.wait(until: .now + .milliseconds(50))
            await publishDeadLetters()
        }
        await consumer.remove(by: .now + .seconds(1))
    }

    private static let backoff = Backoff(base: .milliseconds(100), maxDelay: .seconds(5))

    /// Asks for as much as there is room for, if it is worth a request.
    private func requestMessages() async throws {
        // What is counted is asked for by this session: with it both are forgotten.
        let session = try await connection.connected(by: .now + connection.configuration.timeout)
        let count = state.withLock { state in
            let now = ContinuousClock.now
            // What was not settled in time is the server's again.
            state.unsettled = state.unsettled.filter { $0.value.expiry > now }
            if state.requested > 0, now - state.lastActivity > Self.idleHeartbeat * 3 {
                (state.requested, state.needsConsumerCheck) = (0, true)
            }
            let capacity = capacity(state)
            guard !state.isStopped, shouldRequestMore(capacity, state) else { return 0 }
            state.requested += capacity
            state.lastActivity = now
            return capacity
        }
        guard count > 0 else { return }
        let request = BrokerMessage(
            text: "{\"batch\":\(count),\"expires\":\(Self.requestExpiry.nanoseconds),"
                + "\"idle_heartbeat\":\(Self.idleHeartbeat.nanoseconds)}")
        _ = session.write { $0.appendPublish(request, to: consumer.nextSubject, reply: "\(inbox).\(count)") }
    }

    /// How many messages may still be asked for: by their number, and by the memory that they will take if they are as
    /// large as those that have come.
    private func capacity(_ state: State) -> Int {
        // What the server takes for lost may still wait for its reader.
        let held = max(state.unsettled.count, source.pendingCount)
        let bytes = state.unsettled.values.reduce(0) { $0 + $1.size }
        let average = max(1, bytes / max(1, state.unsettled.count))
        let byBytes = max(held + state.requested == 0 ? 1 : 0, (maxBytes - bytes) / average - state.requested)
        return min(maxInFlight - held - state.requested, byBytes)
    }

    private func shouldRequestMore(_ capacity: Int, _ state: State) -> Bool {
        capacity > 0 && (state.requested == 0 || capacity >= max(1, maxInFlight / 4))
    }

    private func nextCheck() -> ContinuousClock.Instant {
        state.withLock { state in
            // What comes meanwhile expires after the patience of the consumer at the earliest.
            let latest = ContinuousClock.now + min(Self.idleHeartbeat, consumer.ackWait)
            return state.unsettled.values.lazy.map(\.expiry).min().map { min($0, latest) } ?? latest
        }
    }

    // MARK: Receiving, on the thread of the connection

    private func receive(_ messages: [NATSMessage]) {
        var deliveries: [Delivery] = []
        for message in messages {
            if let reply = message.reply, let delivery = JetStreamMessageMetadata(acknowledgement: reply) {
                if let delivery = makeDelivery(message, delivery, reply) { deliveries.append(delivery) }
            } else {
                handleStatus(message)
            }
        }
        if !deliveries.isEmpty { source.yield(contentsOf: deliveries) }
    }

    /// Nil for a message that was delivered often enough.
    private func makeDelivery(_ message: NATSMessage, _ delivery: JetStreamMessageMetadata, _ reply: String)
        -> Delivery?
    {
        consumer.record(delivered: delivery.sequence)
        let content = jetStream.read(message)
        let deadLetter = DeadLetter(message: message, sequence: delivery.sequence, reply: reply)
        let id = state.withLock { state in
            state.requested = max(0, state.requested - 1)
            state.consecutiveRejections = 0
            state.lastActivity = .now
            state.nextID += 1
            state.unsettled[state.nextID] = Unsettled(size: content.size, expiry: .now + consumer.ackWait)
            return state.nextID
        }
        guard delivery.attempt <= maxAttempts else {
            moveToDeadLetters(id, deadLetter)
            return nil
        }
        return Delivery(topic: message.subject, message: content, attempt: delivery.attempt) { settlement in
            switch settlement {
            case .acknowledged:
                self.sendAcknowledgement(.acknowledge, reply)
                self.consumer.record(acknowledged: delivery.sequence)
            case .rejected where delivery.attempt >= self.maxAttempts: return self.moveToDeadLetters(id, deadLetter)
            case .rejected(let delay): self.sendAcknowledgement(.reject(after: delay), reply)
            case .returned: self.sendAcknowledgement(.reject(after: nil), reply)
            }
            self.settled(id)
        }
    }

    private func sendAcknowledgement(_ acknowledgement: JetStreamAcknowledgement, _ reply: String) {
        // One that is lost with the connection leads to another delivery, as it may.
        connection.sendIfConnected { $0.appendPublish(acknowledgement.message, to: reply) }
    }

    private func settled(_ id: UInt64) {
        let shouldRequest = state.withLock { state in
            state.unsettled[id] = nil
            return shouldRequestMore(capacity(state), state)
        }
        if shouldRequest { signal.notify() }
    }

    /// A status in place of a message: the server has ended a request, or still has it.
    private func handleStatus(_ message: NATSMessage) {
        guard let status = message.status else { return }
        let isHeartbeat = status == 100
        state.withLock { state in
            state.lastActivity = .now
            guard !isHeartbeat else {
                state.consecutiveRejections = 0
                return
            }
            let rest = message.headers["Nats-Pending-Messages"].flatMap { Int($0) } ?? state.requested
            state.requested = max(0, state.requested - max(0, rest))
            // 408 is the end of a request's time. Anything else may be the end of the consumer.
            guard status != 408 else { return }
            state.needsConsumerCheck = true
            state.consecutiveRejections += 1
        }
        if !isHeartbeat { signal.notify() }
    }

    // MARK: Dead letters

    private func moveToDeadLetters(_ id: UInt64, _ deadLetter: DeadLetter) {
        state.withLock { $0.deadLetters.append(deadLetter) }
        settled(id)
        signal.notify()
    }

    /// Publishes what was given up, and only then has the server forget it: what cannot be published now comes again by
    /// itself, and what never can is only told of.
    private func publishDeadLetters() async {
        while let deadLetter = state.withLock({ $0.deadLetters.isEmpty ? nil : $0.deadLetters.removeFirst() }) {
            var details: Logger.Metadata = ["consumer": "\(consumer.name)", "attempts": "\(maxAttempts)"]
            do {
                if let deadLetterTopic {
                    try await jetStream.publishDeadLetter(deadLetter.message, in: deadLetterTopic)
                }
            } catch let error as MicroError where [.payloadTooLarge, .invalidArgument].contains(error.code) {
                details["error"] = "\(error)"
            } catch {
                logger.warning(
                    "a dead letter cannot be published now", metadata: details.merging(["error": "\(error)"]) { $1 })
                continue
            }
            logger.warning("a message was given up", metadata: details)
            sendAcknowledgement(.terminate, deadLetter.reply)
            consumer.record(acknowledged: deadLetter.sequence)
        }
    }
}
