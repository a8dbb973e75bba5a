// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// How far the subscriptions of a queue, of a durable name, or a single one have come in a log.
struct MemoryConsumer {
    /// Which of them.
    enum Key: Hashable {
        case queue(String, topic: String)
        case durable(String, topic: String)
        /// It goes with its subscription.
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

    /// A subscription that is there.
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
            // What waits in the buffer of the subscription is in flight: it is never filled beyond its limits.
            maxInFlight = min(options.maxInFlight ?? Self.defaultMaxInFlight, options.maxBufferedMessages)
            maxBytes = options.maxBufferedBytes
            acknowledgementTimeout = options.acknowledgementTimeout ?? Self.defaultAcknowledgementTimeout
        }

        /// A draining one has left already.
        var hasRoom: Bool {
            inFlight < maxInFlight && (bytes < maxBytes || inFlight == 0) && !source.hasEnded
        }

        private static let defaultMaxInFlight = 256
        private static let defaultAcknowledgementTimeout = Duration.seconds(30)
    }

    /// What is to be delivered.
    struct NextDelivery {
        let sequence: Int
        let attempt: Int
        let message: MemoryMessages.Entry
        let source: Subscription.Source
        let expiry: ContinuousClock.Instant
    }

    /// A delivery that is not settled.
    private struct Lease {
        let attempt: Int
        let member: Int
        let expiry: ContinuousClock.Instant
        let size: Int
    }

    let topic: String
    let pattern: TopicPattern
    private(set) var members: [Member] = []
    /// The next that nobody was given yet.
    private var nextPosition: Int
    private var leases: [Int: Lease] = [:]
    /// What comes again: how often it was delivered, and when it may be.
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

    /// The limits of the newest subscription are those of all.
    mutating func add(_ member: Member, _ options: SubscribeOptions) {
        members.append(member)
        maxAttempts = options.maxAttempts
        deadLetterTopic = options.deadLetterTopic
    }

    /// What it has in hand it may still settle.
    mutating func remove(member id: Int) { members.removeAll { $0.id == id } }

    // MARK: Deliveries

    /// Picks the next message and the member that gets it; nil if there is none, or no room.
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

    /// The members take turns.
    private func nextMember() -> Int? {
        members.indices.lazy.map { (nextMemberIndex + $0) % members.count }.first { members[$0].hasRoom }
    }

    private mutating func nextSequence(
        in log: MemoryMessages, _ now: ContinuousClock.Instant
    ) -> (Int, attempts: Int)? {
        if !pendingRedeliveries.isEmpty {
            // What waits for room among the dead letters has been delivered often enough.
            let due = pendingRedeliveries.filter { $0.value.due <= now && !hasReachedMaxAttempts($0.value.attempts) }
            if let first = due.min(by: { $0.key < $1.key }) { return (first.key, first.value.attempts) }
        }
        nextPosition = max(nextPosition, log.first)
        while nextPosition < log.end {
            defer { nextPosition += 1 }
            if matchesTopic(log[nextPosition].topic) { return (nextPosition, 0) }
        }
        return nil
    }

    private func matchesTopic(_ topic: String) -> Bool {
        pattern.hasWildcards ? pattern.matches(topic) : topic == self.topic
    }

    /// Takes what became of a delivery; tells when it comes again, if that is not now. One that is not the last of its
    /// message counts only if it was acknowledged.
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
            // There is nothing to wait for if it does not come again.
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

    /// What is not settled in time comes again.
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

    // MARK: What was delivered too often

    private func hasReachedMaxAttempts(_ attempts: Int) -> Bool { maxAttempts.map { attempts >= $0 } ?? false }

    var hasExhaustedMessages: Bool {
        maxAttempts != nil && pendingRedeliveries.contains { hasReachedMaxAttempts($0.value.attempts) }
    }

    /// The messages that were delivered as often as they may be.
    var exhaustedSequences: [Int] {
        pendingRedeliveries.filter { hasReachedMaxAttempts($0.value.attempts) }.keys.sorted()
    }

    /// Gives a message up; tells how often it was delivered.
    mutating func removeRedelivery(_ sequence: Int) -> Int {
        pendingRedeliveries.removeValue(forKey: sequence)?.attempts ?? 0
    }

    /// Takes back what was given up.
    mutating func deferDeadLetter(_ sequence: Int, attempts: Int, at now: ContinuousClock.Instant) {
        pendingRedeliveries[sequence] = (attempts, now)
    }

    // MARK: What it needs

    /// The oldest message that it may still deliver.
    var oldestNeeded: Int { min(nextPosition, leases.keys.min() ?? .max, pendingRedeliveries.keys.min() ?? .max) }

    /// When there is something to do, if nobody calls.
    func nextWakeup(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        [leases.values.map(\.expiry).min(), pendingRedeliveries.values.map(\.due).filter { $0 > now }.min()].compactMap(
            \.self
        )
        .min()
    }

    /// Goes on with what is published from now on.
    mutating func reset(to nextPosition: Int) {
        self.nextPosition = nextPosition
        leases = [:]
        pendingRedeliveries = [:]
        for index in members.indices { (members[index].inFlight, members[index].bytes) = (0, 0) }
    }
}
