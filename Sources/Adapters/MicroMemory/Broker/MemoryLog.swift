// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The stored messages of brokers with at-least-once delivery, and the consumers that read them.
///
/// Messages stay until their space is needed. Then the oldest messages that no consumer needs are removed.
final class MemoryLog: Sendable {
    private struct Wakeup {
        let at: ContinuousClock.Instant
        let timer: DeadlineQueue.ScheduledAction
    }

    private struct State {
        var messages = MemoryMessages()
        var consumers: [MemoryConsumer.Key: MemoryConsumer] = [:]
        var isSuspended = false
        /// Dispatched deliveries that have not been passed to their subscriptions yet, in order.
        var outbox: [(source: Subscription.Source, delivery: Delivery)] = []
        /// Whether a task is passing them to their subscriptions.
        var isDelivering = false
        var wakeup: Wakeup?
        var nextID = 0
    }

    private let state = Mutex(State())
    private let maxCount: Int
    private let maxBytes: Int

    init(maxCount: Int, maxBytes: Int) {
        self.maxCount = maxCount
        self.maxBytes = maxBytes
    }

    deinit {
        if let timer = state.withLock(\.wakeup?.timer) { DeadlineQueue.shared.cancel(timer) }
    }

    // MARK: Publishers

    /// Stores a message.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `resourceExhausted`.
    func append(_ message: BrokerMessage, to topic: String) throws {
        try update { state in
            guard store(MemoryMessages.Entry(message, topic), &state) else {
                throw MicroError(
                    .resourceExhausted,
                    "the memory for messages is full: \(state.messages.count) of \(maxCount) messages and "
                        + "\(state.messages.bytes) of \(maxBytes) bytes are waiting for subscribers",
                    origin: MicroError.Origin.broker, isSafeToRetry: true)
            }
        }
    }

    /// Stores a message.
    ///
    /// - Returns: Whether there was room.
    private func store(_ entry: MemoryMessages.Entry, _ state: inout State) -> Bool {
        if !hasRoom(for: entry, state) { makeRoom(for: entry, &state) }
        guard hasRoom(for: entry, state) else { return false }
        state.messages.append(entry)
        return true
    }

    private func hasRoom(for entry: MemoryMessages.Entry, _ state: State) -> Bool {
        state.messages.count < maxCount && state.messages.bytes + entry.size <= maxBytes
    }

    /// Removes messages that no consumer needs, up to an eighth of the limits at a time, so that the search is not
    /// repeated for every message.
    private func makeRoom(for entry: MemoryMessages.Entry, _ state: inout State) {
        // A consumer without a member that has room has not looked at the latest messages yet.
        state.consumers.updateValues { $1.skipOtherTopics(in: state.messages) }
        let oldestNeeded = state.consumers.values.map(\.oldestNeeded).min() ?? .max
        while state.messages.first < min(oldestNeeded, state.messages.end),
            state.messages.count > maxCount / 8 * 7
                || state.messages.bytes + entry.size > maxBytes / 8 * 7
        { state.messages.removeFirst() }
    }

    // MARK: Subscribers

    func makeID() -> Int {
        state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
    }

    /// Adds a subscription to its consumer, which is created if necessary.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `resourceExhausted`.
    func add(
        _ id: Int, to topic: String, as key: MemoryConsumer.Key, _ options: SubscribeOptions,
        _ source: Subscription.Source
    ) throws {
        try update { state in
            // A subscription that has ended in the meantime would never be removed.
            guard !source.hasEnded else { return }
            if state.consumers[key] == nil {
                guard state.consumers.count < Self.maxConsumers else {
                    throw MicroError(
                        .resourceExhausted, "the limit of \(Self.maxConsumers) queues and subscriptions is reached",
                        origin: MicroError.Origin.broker, isSafeToRetry: true)
                }
                let start = options.start == .all ? state.messages.first : state.messages.end
                state.consumers[key] = MemoryConsumer(topic, from: start)
            }
            state.consumers[key]?.add(MemoryConsumer.Member(id, source, options), options)
        }
    }

    /// Removes a subscription. If its consumer is kept, it can still settle its deliveries.
    func remove(_ id: Int, from key: MemoryConsumer.Key) {
        // Other subscriptions of the consumer can have room for its messages.
        update { state in
            state.consumers[key]?.remove(member: id)
            if !key.isDurable { state.consumers[key] = nil }
        }
    }

    /// The number of current subscriptions.
    var openSubscriptionCount: Int {
        state.withLock { state in state.consumers.values.reduce(0) { $0 + $1.members.count } }
    }

    private static let maxConsumers = 10_000

    // MARK: Deliveries

    /// Changes the state, and then delivers all messages that can be delivered.
    ///
    /// - Parameter key: The only consumer that the change affects; nil for all.
    private func update(_ key: MemoryConsumer.Key? = nil, _ body: (inout State) throws -> Void) rethrows {
        try state.withLock { state in
            try body(&state)
            dispatch(on: key, &state)
        }
        deliver()
    }

    private func settle(_ sequence: Int, attempt: Int, of key: MemoryConsumer.Key, _ settlement: Delivery.Settlement) {
        update(key) { state in
            let due = state.consumers[key]?.settle(sequence, attempt: attempt, settlement, at: .now)
            if let due { scheduleWakeup(at: due, &state.wakeup) }
        }
    }

    /// Assigns messages to subscriptions.
    private func dispatch(on key: MemoryConsumer.Key?, _ state: inout State) {
        guard !state.isSuspended else { return }
        let now = ContinuousClock.now
        if let key {
            // A dead letter is a new message for other consumers.
            guard state.consumers[key]?.hasExhaustedMessages == true else { return dispatch(on: key, &state, now) }
        }
        for (key, consumer) in state.consumers where consumer.hasExhaustedMessages {
            publishDeadLetters(key, &state, now)
        }
        // Iterating over the dictionary itself would copy it when a consumer changes.
        for key in state.consumers.keys.map(\.self) { dispatch(on: key, &state, now) }
    }

    private func dispatch(on key: MemoryConsumer.Key, _ state: inout State, _ now: ContinuousClock.Instant) {
        while let next = state.consumers[key]?.next(in: state.messages, at: now) {
            let delivery = Delivery(
                topic: next.message.topic, message: next.message.message, attempt: next.attempt,
                settle: { [weak self] settlement in
                    self?.settle(next.sequence, attempt: next.attempt, of: key, settlement)
                })
            state.outbox.append((next.source, delivery))
            scheduleWakeup(at: next.expiry, &state.wakeup)
        }
    }

    /// Publishes messages at the attempt limit to the dead-letter topic of their consumer.
    private func publishDeadLetters(_ key: MemoryConsumer.Key, _ state: inout State, _ now: ContinuousClock.Instant) {
        guard let consumer = state.consumers[key] else { return }
        for sequence in consumer.exhaustedSequences {
            let deadLetter = consumer.deadLetterTopic.map {
                MemoryMessages.Entry(state.messages[sequence].message, $0)
            }
            // Remove the message first, since the dead letter may need its space.
            let attempts = state.consumers[key]?.removeRedelivery(sequence) ?? 0
            guard let deadLetter, !store(deadLetter, &state) else { continue }
            guard state.messages.first <= sequence else {
                // Making room has already removed the message; its dead letter replaces it.
                state.messages.append(deadLetter)
                continue
            }
            state.consumers[key]?.deferDeadLetter(sequence, attempts: attempts, at: now)
            return scheduleWakeup(at: now + .seconds(1), &state.wakeup)
        }
    }

    /// Passes dispatched deliveries to their subscriptions, in order, without the lock, since a subscription can call
    /// back. One task at a time does this, including for deliveries that others dispatch in the meantime.
    private func deliver() {
        guard beginDelivering() else { return }
        while let batch = takeOutbox() {
            for (source, delivery) in batch { source.yield(delivery) }
        }
    }

    private func beginDelivering() -> Bool {
        state.withLock { state in
            guard !state.isDelivering, !state.outbox.isEmpty else { return false }
            state.isDelivering = true
            return true
        }
    }

    private func takeOutbox() -> [(source: Subscription.Source, delivery: Delivery)]? {
        state.withLock { state in
            state.isDelivering = !state.outbox.isEmpty
            defer { state.outbox = [] }
            return state.isDelivering ? state.outbox : nil
        }
    }

    // MARK: Time

    /// Schedules the next expiry or redelivery.
    private func scheduleWakeup(at instant: ContinuousClock.Instant, _ wakeup: inout Wakeup?) {
        if let wakeup {
            guard instant < wakeup.at else { return }
            DeadlineQueue.shared.cancel(wakeup.timer)
        }
        let timer = DeadlineQueue.shared.schedule(at: instant) { [weak self] in self?.handleWakeup(at: instant) }
        wakeup = Wakeup(at: instant, timer: timer)
    }

    private func handleWakeup(at instant: ContinuousClock.Instant) {
        update { state in
            // An earlier wakeup has replaced this one.
            guard state.wakeup?.at == instant else { return }
            state.wakeup = nil
            let now = ContinuousClock.now
            state.consumers.updateValues { $1.expire(at: now) }
            let next = state.consumers.values.compactMap { $0.nextWakeup(after: now) }.min()
            if let next { scheduleWakeup(at: next, &state.wakeup) }
        }
    }

    // MARK: Outages

    /// Stops deliveries until ``resume()``.
    func suspend() { state.withLock { $0.isSuspended = true } }

    func resume() { update { $0.isSuspended = false } }

    /// Removes all messages, and the consumers without subscriptions.
    func wipe() {
        state.withLock { state in
            state.messages.removeAll()
            state.consumers = state.consumers.filter { !$0.value.members.isEmpty }
            state.consumers.updateValues { $1.reset(to: state.messages.end) }
        }
    }
}

extension Dictionary {
    /// Changes all values in place.
    fileprivate mutating func updateValues(_ body: (Key, inout Value) -> Void) {
        var index = startIndex
        while index != endIndex {
            let key = keys[index]
            body(key, &values[index])
            formIndex(after: &index)
        }
    }
}
