// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The position of a queue, a durable subscription or a single subscription in the log, with its unsettled deliveries.
struct MemoryConsumer {
    /// Identifies a consumer.
    enum Key: Hashable {
        case queue(String, topic: String)
        case durable(String, topic: String)
        /// A consumer that is removed with its only subscription.
        case single(Int)

        init(_ id: Int, topic: String, queue: String?, durableName: String?) {
            if let queue {
                self = .queue(queue, topic: topic)
            } else if let durableName {
                self = .durable(durableName, topic: topic)
            } else {
                self = .single(id)
            }
        }

        var isDurable: Bool { if case .single = self { false } else { true } }
    }

    /// A current subscription of the consumer.
    struct Member {
        let id: Int
        let source: Subscription.Source
        let maxInFlight: Int
        let maxBytes: Int
        let acknowledgementTimeout: Duration
        var inFlight = 0
        var bytes = 0

        init(_ id: Int, _ source: Subscription.Source, _ options: SubscribeOptions) {
            self.id = id
            self.source = source
            // Buffered deliveries are regarded as in flight, so that the buffer never exceeds its limits.
            maxInFlight = min(options.maxInFlight ?? Self.defaultMaxInFlight, options.maxBufferedMessages)
            maxBytes = options.maxBufferedBytes
            acknowledgementTimeout = options.acknowledgementTimeout ?? Self.defaultAcknowledgementTimeout
        }

        /// Whether it can take another delivery. A draining subscription has already been removed.
        var hasRoom: Bool {
            inFlight < maxInFlight && (bytes < maxBytes || inFlight == 0) && !source.hasEnded
        }

        private static let defaultMaxInFlight = 256
        private static let defaultAcknowledgementTimeout = Duration.seconds(30)
    }

    /// The next message to deliver.
    struct NextDelivery {
        let sequence: Int
        let attempt: Int
        let message: MemoryMessages.Entry
        let source: Subscription.Source
        let expiry: ContinuousClock.Instant
    }

    /// An unsettled delivery.
    private struct Lease {
        let attempt: Int
        let member: Int
        let expiry: ContinuousClock.Instant
        let size: Int
    }

    let topic: String
    let pattern: TopicPattern
    private(set) var members: [Member] = []
    /// The sequence number of the first undelivered message.
    private var nextPosition: Int
    private var leases: [Int: Lease] = [:]
    /// Messages to deliver again, with the number of earlier attempts and the earliest time.
    private var pendingRedeliveries: [Int: (attempts: Int, due: ContinuousClock.Instant)] = [:]
    private var nextMemberIndex = 0
    private var maxAttempts: Int?
    private(set) var deadLetterTopic: String?

    init(_ topic: String, from nextPosition: Int) {
        self.topic = topic
        self.nextPosition = nextPosition
        pattern = TopicPattern(topic)
    }

    // MARK: Members

    /// Adds a subscription. Its attempt limit and dead-letter topic replace those of the consumer.
    mutating func add(_ member: Member, _ options: SubscribeOptions) {
        members.append(member)
        maxAttempts = options.maxAttempts
        deadLetterTopic = options.deadLetterTopic
    }

    /// Removes a subscription. It can still settle its deliveries.
    mutating func remove(member id: Int) { members.removeAll { $0.id == id } }

    // MARK: Deliveries

    /// Picks the next message and the member that gets it; nil if there is no message or no member with room.
    mutating func next(in log: MemoryMessages, at now: ContinuousClock.Instant) -> NextDelivery? {
        guard let member = nextMember(), let (sequence, attempts) = nextSequence(in: log, now) else { return nil }
        nextMemberIndex = (member + 1) % members.count
        let message = log[sequence]
        pendingRedeliveries[sequence] = nil
        let lease = Lease(
            attempt: attempts + 1, member: members[member].id, expiry: now + members[member].acknowledgementTimeout,
            size: message.size)
        leases[sequence] = lease
        members[member].inFlight += 1
        members[member].bytes += message.size
        return NextDelivery(
            sequence: sequence, attempt: lease.attempt, message: message, source: members[member].source,
            expiry: lease.expiry)
    }

    /// The next member with room, in round-robin order.
    private func nextMember() -> Int? {
        members.indices.lazy.map { (nextMemberIndex + $0) % members.count }.first { members[$0].hasRoom }
    }

    private mutating func nextSequence(
        in log: MemoryMessages, _ now: ContinuousClock.Instant
    ) -> (Int, attempts: Int)? {
        if !pendingRedeliveries.isEmpty {
            // Messages at the attempt limit wait for room for their dead letter.
            let due = pendingRedeliveries.filter { $0.value.due <= now && !hasReachedMaxAttempts($0.value.attempts) }
            if let first = due.min(by: { $0.key < $1.key }) { return (first.key, first.value.attempts) }
        }
        skipOtherTopics(in: log)
        guard nextPosition < log.end else { return nil }
        defer { nextPosition += 1 }
        return (nextPosition, 0)
    }

    /// Skips the messages that the consumer never delivers, so that they are not kept for it.
    mutating func skipOtherTopics(in log: MemoryMessages) {
        nextPosition = max(nextPosition, log.first)
        while nextPosition < log.end, !matchesTopic(log[nextPosition].topic) { nextPosition += 1 }
    }

    private func matchesTopic(_ topic: String) -> Bool {
        pattern.hasWildcards ? pattern.matches(topic) : topic == self.topic
    }

    /// Settles a delivery. An outdated delivery, whose message has been delivered again, has an effect only if it is
    /// acknowledged.
    ///
    /// - Returns: The time of a delayed redelivery; nil if there is none.
    mutating func settle(
        _ sequence: Int, attempt: Int, _ settlement: Delivery.Settlement, at now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        let isLast = leases[sequence]?.attempt == attempt
        switch settlement {
        case .acknowledged:
            endLease(sequence)
            pendingRedeliveries[sequence] = nil
        case .rejected(let delay) where isLast:
            endLease(sequence)
            // A message at the attempt limit becomes a dead letter without delay.
            let due = hasReachedMaxAttempts(attempt) ? now : now + max(delay ?? .zero, .zero)
            pendingRedeliveries[sequence] = (attempt, due)
            return due > now ? due : nil
        case .returned where isLast:
            endLease(sequence)
            pendingRedeliveries[sequence] = (attempt - 1, now)
        case .rejected, .returned: break
        }
        return nil
    }

    /// Schedules the deliveries that were not settled in time for redelivery.
    mutating func expire(at now: ContinuousClock.Instant) {
        for (sequence, lease) in leases where lease.expiry <= now {
            endLease(sequence)
            pendingRedeliveries[sequence] = (lease.attempt, now)
        }
    }

    private mutating func endLease(_ sequence: Int) {
        guard let lease = leases.removeValue(forKey: sequence),
            let index = members.firstIndex(where: { $0.id == lease.member })
        else { return }
        members[index].inFlight -= 1
        members[index].bytes -= lease.size
    }

    // MARK: Dead letters

    private func hasReachedMaxAttempts(_ attempts: Int) -> Bool { maxAttempts.map { attempts >= $0 } ?? false }

    var hasExhaustedMessages: Bool {
        maxAttempts != nil && pendingRedeliveries.contains { hasReachedMaxAttempts($0.value.attempts) }
    }

    /// The messages that have reached the attempt limit.
    var exhaustedSequences: [Int] {
        pendingRedeliveries.filter { hasReachedMaxAttempts($0.value.attempts) }.keys.sorted()
    }

    /// Removes a message from redelivery.
    ///
    /// - Returns: The number of its attempts.
    mutating func removeRedelivery(_ sequence: Int) -> Int {
        pendingRedeliveries.removeValue(forKey: sequence)?.attempts ?? 0
    }

    /// Keeps a message whose dead letter could not be stored.
    mutating func deferDeadLetter(_ sequence: Int, attempts: Int, at now: ContinuousClock.Instant) {
        pendingRedeliveries[sequence] = (attempts, now)
    }

    // MARK: Retention

    /// The oldest message that the consumer can still deliver.
    var oldestNeeded: Int { min(nextPosition, leases.keys.min() ?? .max, pendingRedeliveries.keys.min() ?? .max) }

    /// The time of the next expiry or redelivery.
    func nextWakeup(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        [leases.values.map(\.expiry).min(), pendingRedeliveries.values.map(\.due).filter { $0 > now }.min()].compactMap(
            \.self
        )
        .min()
    }

    /// Drops all pending work and continues at a position.
    mutating func reset(to nextPosition: Int) {
        self.nextPosition = nextPosition
        leases = [:]
        pendingRedeliveries = [:]
        for index in members.indices { (members[index].inFlight, members[index].bytes) = (0, 0) }
    }
}
