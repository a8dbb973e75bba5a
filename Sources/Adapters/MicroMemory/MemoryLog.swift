// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// What the brokers that deliver at least once have published, and how far its consumers have come.
///
/// Everything stays until its room is needed; then the oldest go that no consumer needs any more.
final class MemoryLog: Sendable {
    private struct Wakeup {
        let at: ContinuousClock.Instant
        let task: Task<Void, Never>
    }

    private struct State {
        var messages = MemoryMessages()
        var consumers: [MemoryConsumer.Key: MemoryConsumer] = [:]
        var isSuspended = false
        /// What was decided to be delivered, in order, and whether somebody is about it.
        var outbox: [(source: Subscription.Source, delivery: Delivery)] = []
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

    deinit { state.withLock { $0.wakeup?.task.cancel() } }

    // MARK: Publishers

    /// Stores a message.
    ///
    /// - Throws: ``MicroError`` with `resourceExhausted`.
    func append(_ message: BrokerMessage, to topic: String) throws {
        try update { state in
            guard store(MemoryMessages.Entry(message, topic), &state) else {
                throw MicroError(
                    .resourceExhausted,
                    "the memory for messages is full: \(state.messages.count) of \(maxCount) messages and "
                        + "\(state.messages.bytes) of \(maxBytes) bytes wait for who has subscribed",
                    origin: MicroError.Origin.broker, isSafeToRetry: true)
            }
        }
    }

    /// Tells whether there was room.
    private func store(_ entry: MemoryMessages.Entry, _ state: inout State) -> Bool {
        if !hasRoom(for: entry, state) { makeRoom(for: entry, &state) }
        guard hasRoom(for: entry, state) else { return false }
        state.messages.append(entry)
        return true
    }

    private func hasRoom(for entry: MemoryMessages.Entry, _ state: State) -> Bool {
        state.messages.count < maxCount && state.messages.bytes + entry.size <= maxBytes
    }

    /// An eighth of everything at a time, so that it is not searched for with every message.
    private func makeRoom(for entry: MemoryMessages.Entry, _ state: inout State) {
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

    /// Adds a subscription to its consumer, which begins here unless it is there already.
    ///
    /// - Throws: ``MicroError`` with `resourceExhausted`.
    func add(
        _ id: Int, to topic: String, as key: MemoryConsumer.Key, _ options: SubscribeOptions,
        _ source: Subscription.Source
    ) throws {
        try update { state in
            // It may have ended before it was here.
            guard !source.hasEnded else { return }
            if state.consumers[key] == nil {
                guard state.consumers.count < Self.maxConsumers else {
                    throw MicroError(
                        .resourceExhausted, "there are \(Self.maxConsumers) queues and subscriptions already",
                        origin: MicroError.Origin.broker, isSafeToRetry: true)
                }
                let start = options.start == .all ? state.messages.first : state.messages.end
                state.consumers[key] = MemoryConsumer(topic, from: start)
            }
            state.consumers[key]?.add(MemoryConsumer.Member(id, source, options), options)
        }
    }

    /// Removes a subscription. What it has in hand it may still settle, if its consumer is kept.
    func remove(_ id: Int, from key: MemoryConsumer.Key) {
        // Those beside it may have room for what it has left.
        update { state in
            state.consumers[key]?.remove(member: id)
            if !key.isDurable { state.consumers[key] = nil }
        }
    }

    /// How many subscriptions are there.
    var openSubscriptions: Int {
        state.withLock { state in state.consumers.values.reduce(0) { $0 + $1.members.count } }
    }

    private static let maxConsumers = 10_000

    // MARK: Deliveries

    /// Changes something, and has delivered what can be delivered then.
    ///
    /// - Parameter key: The consumer that it is about; nil for all.
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

    /// Decides what is delivered to whom.
    private func dispatch(on key: MemoryConsumer.Key?, _ state: inout State) {
        guard !state.isSuspended else { return }
        let now = ContinuousClock.now
        if let key {
            // What is buried is news for the others.
            guard state.consumers[key]?.hasExhaustedMessages == true else { return dispatch(on: key, &state, now) }
        }
        for (key, consumer) in state.consumers where consumer.hasExhaustedMessages {
            publishDeadLetters(key, &state, now)
        }
        // The keys alone: who holds the dictionary has it copied when it is changed.
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

    /// Sends what was delivered too often to where its consumer wants it.
    private func publishDeadLetters(_ key: MemoryConsumer.Key, _ state: inout State, _ now: ContinuousClock.Instant) {
        guard let consumer = state.consumers[key] else { return }
        for sequence in consumer.exhaustedSequences {
            let deadLetter = consumer.deadLetterTopic.map {
                MemoryMessages.Entry(state.messages[sequence].message, $0)
            }
            // Given up first: its own room may be what there is.
            let attempts = state.consumers[key]?.removeRedelivery(sequence) ?? 0
            guard let deadLetter, !store(deadLetter, &state) else { continue }
            guard state.messages.first <= sequence else {
                // It has made room for itself.
                state.messages.append(deadLetter)
                continue
            }
            state.consumers[key]?.deferDeadLetter(sequence, attempts: attempts, at: now)
            return scheduleWakeup(at: now + .seconds(1), &state.wakeup)
        }
    }

    /// Hands over what was decided, in the order in which it was. Outside the lock, as who gets it may come back here;
    /// what is decided meanwhile is handed over by who is about it.
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

    /// Sees to it that deliveries come again even if nobody calls.
    private func scheduleWakeup(at instant: ContinuousClock.Instant, _ wakeup: inout Wakeup?) {
        if let wakeup {
            guard instant < wakeup.at else { return }
            wakeup.task.cancel()
        }
        let task = Task { [weak self] in
            do { try await Task.sleep(until: instant, clock: .continuous) } catch { return }
            self?.handleWakeup(at: instant)
        }
        wakeup = Wakeup(at: instant, task: task)
    }

    private func handleWakeup(at instant: ContinuousClock.Instant) {
        update { state in
            // An earlier one has taken over.
            guard state.wakeup?.at == instant else { return }
            state.wakeup = nil
            let now = ContinuousClock.now
            state.consumers.updateValues { $1.expire(at: now) }
            // Not for each of many that are due one after the other.
            let next = state.consumers.values.compactMap { $0.nextWakeup(after: now) }.min()
            if let next { scheduleWakeup(at: max(next, now + .milliseconds(2)), &state.wakeup) }
        }
    }

    // MARK: The backend

    /// Nothing is delivered until it goes on.
    func suspend() { state.withLock { $0.isSuspended = true } }

    func resume() { update { $0.isSuspended = false } }

    /// Forgets all messages, and the consumers that nobody has.
    func wipe() {
        state.withLock { state in
            state.messages.removeAll()
            state.consumers = state.consumers.filter { !$0.value.members.isEmpty }
            state.consumers.updateValues { $1.reset(to: state.messages.end) }
        }
    }
}

extension Dictionary {
    /// Changes the values where they are.
    fileprivate mutating func updateValues(_ body: (Key, inout Value) -> Void) {
        var index = startIndex
        while index != endIndex {
            let key = keys[index]
            body(key, &values[index])
            formIndex(after: &index)
        }
    }
}
