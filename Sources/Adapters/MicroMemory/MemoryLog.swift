// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// What the brokers that deliver at least once have published, and how far its consumers have come.
///
/// Everything stays until its room is needed; then the oldest go that no consumer needs any more.
final class MemoryLog: Sendable {
    private struct Alarm {
        let at: ContinuousClock.Instant
        let task: Task<Void, Never>
    }

    private struct Content {
        var messages = MemoryMessages()
        var consumers: [MemoryConsumer.Key: MemoryConsumer] = [:]
        var isHalted = false
        /// What was decided to be delivered, in order, and whether somebody is about it.
        var outbox: [(source: Subscription.Source, delivery: Delivery)] = []
        var isDelivering = false
        var alarm: Alarm?
        var nextID = 0
    }

    private let content = Mutex(Content())
    private let maximumCount: Int
    private let maximumBytes: Int

    init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    deinit { content.withLock { $0.alarm?.task.cancel() } }

    // MARK: Publishers

    /// Stores a message.
    ///
    /// - Throws: ``MicroError`` with `resourceExhausted`.
    func append(_ message: Message, to topic: String) throws {
        try change { content in
            guard store(MemoryMessages.Entry(message, topic), &content) else {
                throw MicroError(
                    .resourceExhausted,
                    "the memory for messages is full: \(content.messages.count) of \(maximumCount) messages and "
                        + "\(content.messages.bytes) of \(maximumBytes) bytes wait for who has subscribed",
                    origin: MicroError.Origin.broker, isSafeToRetry: true)
            }
        }
    }

    /// Tells whether there was room.
    private func store(_ entry: MemoryMessages.Entry, _ content: inout Content) -> Bool {
        if !hasRoom(for: entry, content) { makeRoom(for: entry, &content) }
        guard hasRoom(for: entry, content) else { return false }
        content.messages.append(entry)
        return true
    }

    private func hasRoom(for entry: MemoryMessages.Entry, _ content: Content) -> Bool {
        content.messages.count < maximumCount && content.messages.bytes + entry.size <= maximumBytes
    }

    /// An eighth of everything at a time, so that it is not searched for with every message.
    private func makeRoom(for entry: MemoryMessages.Entry, _ content: inout Content) {
        let oldest = content.consumers.values.map(\.oldest).min() ?? .max
        while content.messages.first < min(oldest, content.messages.end),
            content.messages.count > maximumCount / 8 * 7
                || content.messages.bytes + entry.size > maximumBytes / 8 * 7
        { content.messages.removeFirst() }
    }

    // MARK: Subscribers

    func makeID() -> Int {
        content.withLock { content in
            content.nextID += 1
            return content.nextID
        }
    }

    /// Adds a subscription to its consumer, which begins here unless it is there already.
    ///
    /// - Throws: ``MicroError`` with `resourceExhausted`.
    func add(
        _ id: Int, to topic: String, as key: MemoryConsumer.Key, _ options: SubscribeOptions,
        _ source: Subscription.Source
    ) throws {
        try change { content in
            // It may have ended before it was here.
            guard !source.hasEnded else { return }
            if content.consumers[key] == nil {
                guard content.consumers.count < Self.maximumConsumers else {
                    throw MicroError(
                        .resourceExhausted, "there are \(Self.maximumConsumers) queues and subscriptions already",
                        origin: MicroError.Origin.broker, isSafeToRetry: true)
                }
                let start = options.start == .all ? content.messages.first : content.messages.end
                content.consumers[key] = MemoryConsumer(topic, from: start)
            }
            content.consumers[key]?.add(MemoryConsumer.Member(id, source, options), options)
        }
    }

    /// Removes a subscription. What it has in hand it may still settle, if its consumer is kept.
    func remove(_ id: Int, from key: MemoryConsumer.Key) {
        // Those beside it may have room for what it has left.
        change { content in
            content.consumers[key]?.remove(member: id)
            if !key.isKept { content.consumers[key] = nil }
        }
    }

    /// How many subscriptions are there.
    var openSubscriptions: Int {
        content.withLock { content in content.consumers.values.reduce(0) { $0 + $1.members.count } }
    }

    private static let maximumConsumers = 10_000

    // MARK: Deliveries

    /// Changes something, and has delivered what can be delivered then.
    ///
    /// - Parameter key: The consumer that it is about; nil for all.
    private func change(_ key: MemoryConsumer.Key? = nil, _ body: (inout Content) throws -> Void) rethrows {
        try content.withLock { content in
            try body(&content)
            work(on: key, &content)
        }
        deliver()
    }

    private func settle(_ sequence: Int, attempt: Int, of key: MemoryConsumer.Key, _ settlement: Delivery.Settlement) {
        change(key) { content in
            let due = content.consumers[key]?.settle(sequence, attempt: attempt, settlement, at: .now)
            if let due { wake(at: due, &content.alarm) }
        }
    }

    /// Decides what is delivered to whom.
    private func work(on key: MemoryConsumer.Key?, _ content: inout Content) {
        guard !content.isHalted else { return }
        let now = ContinuousClock.now
        if let key {
            // What is buried is news for the others.
            guard content.consumers[key]?.hasExhausted == true else { return work(on: key, &content, now) }
        }
        for (key, consumer) in content.consumers where consumer.hasExhausted { bury(key, &content, now) }
        // The keys alone: who holds the dictionary has it copied when it is changed.
        for key in content.consumers.keys.map(\.self) { work(on: key, &content, now) }
    }

    private func work(on key: MemoryConsumer.Key, _ content: inout Content, _ now: ContinuousClock.Instant) {
        while let next = content.consumers[key]?.next(in: content.messages, at: now) {
            let delivery = Delivery(
                topic: next.message.topic, message: next.message.message, attempt: next.attempt,
                settle: { [weak self] settlement in
                    self?.settle(next.sequence, attempt: next.attempt, of: key, settlement)
                })
            content.outbox.append((next.source, delivery))
            wake(at: next.expiry, &content.alarm)
        }
    }

    /// Sends what was delivered too often to where its consumer wants it.
    private func bury(_ key: MemoryConsumer.Key, _ content: inout Content, _ now: ContinuousClock.Instant) {
        guard let consumer = content.consumers[key] else { return }
        for sequence in consumer.exhausted {
            let letter = consumer.deadLetterTopic.map {
                MemoryMessages.Entry(content.messages[sequence].message, $0)
            }
            // Given up first: its own room may be what there is.
            let attempts = content.consumers[key]?.forget(sequence) ?? 0
            guard let letter, !store(letter, &content) else { continue }
            guard content.messages.first <= sequence else {
                // It has made room for itself.
                content.messages.append(letter)
                continue
            }
            content.consumers[key]?.keep(sequence, attempts: attempts, at: now)
            return wake(at: now + .seconds(1), &content.alarm)
        }
    }

    /// Hands over what was decided, in the order in which it was. Outside the lock, as who gets it may come back here;
    /// what is decided meanwhile is handed over by who is about it.
    private func deliver() {
        guard begin() else { return }
        while let batch = takeOutbox() {
            for (source, delivery) in batch { source.yield(delivery) }
        }
    }

    private func begin() -> Bool {
        content.withLock { content in
            guard !content.isDelivering, !content.outbox.isEmpty else { return false }
            content.isDelivering = true
            return true
        }
    }

    private func takeOutbox() -> [(source: Subscription.Source, delivery: Delivery)]? {
        content.withLock { content in
            content.isDelivering = !content.outbox.isEmpty
            defer { content.outbox = [] }
            return content.isDelivering ? content.outbox : nil
        }
    }

    // MARK: Time

    /// Sees to it that deliveries come again even if nobody calls.
    private func wake(at instant: ContinuousClock.Instant, _ alarm: inout Alarm?) {
        if let alarm {
            guard instant < alarm.at else { return }
            alarm.task.cancel()
        }
        let task = Task { [weak self] in
            do { try await Task.sleep(until: instant, clock: .continuous) } catch { return }
            self?.lookAfter(at: instant)
        }
        alarm = Alarm(at: instant, task: task)
    }

    private func lookAfter(at instant: ContinuousClock.Instant) {
        change { content in
            // An earlier one has taken over.
            guard content.alarm?.at == instant else { return }
            content.alarm = nil
            let now = ContinuousClock.now
            content.consumers.updateValues { $1.expire(at: now) }
            // Not for each of many that are due one after the other.
            let next = content.consumers.values.compactMap { $0.wakesAt(after: now) }.min()
            if let next { wake(at: max(next, now + .milliseconds(2)), &content.alarm) }
        }
    }

    // MARK: The backend

    /// Nothing is delivered until it goes on.
    func halt() { content.withLock { $0.isHalted = true } }

    func goOn() { change { $0.isHalted = false } }

    /// Forgets all messages, and the consumers that nobody has.
    func wipe() {
        content.withLock { content in
            content.messages.removeAll()
            content.consumers = content.consumers.filter { !$0.value.members.isEmpty }
            content.consumers.updateValues { $1.reset(to: content.messages.end) }
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
