// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How a subscription is served.
///
/// The buffer is the same for all brokers. The others are about acknowledgements: a broker that does not claim what they
/// need refuses them.
public struct SubscribeOptions: Sendable, Hashable {
    /// Where a new subscription begins.
    public enum Start: Sendable, Hashable {
        /// With what is published from now on.
        case new
        /// With everything that the backend still has. Needs `replay`.
        case all
    }

    /// How many deliveries wait at most for a reader that is slower than the publishers; at least 1, 65,536 by default.
    /// Beyond it the oldest are dropped and counted in ``Delivery/droppedBefore``; with acknowledgements nothing is
    /// dropped, but stays at the backend.
    public var maxBufferedMessages = 65_536
    /// How many bytes of headers and bodies wait at most; at least 1, 64 MiB by default. A single larger delivery is kept.
    public var maxBufferedBytes = 64 * 1024 * 1024
    /// A name by which the backend keeps a subscription without a queue while nobody has it, by the rules for names.
    /// Needs `durability`. A queue is kept by its own name.
    public var durableName: String?
    /// Where a new subscription begins; one that the backend has kept goes on where it was.
    public var start = Start.new
    /// How many deliveries may be unsettled at a time; at least 1. Nil for the adapter's default. Needs
    /// `acknowledgements`.
    public var maxInFlight: Int?
    /// How long a delivery may stay unsettled before it comes again; above zero. Nil for the adapter's default. Needs
    /// `acknowledgements`.
    public var acknowledgementTimeout: Duration?
    /// How often a message is delivered at most; at least 1, nil for no limit. Needs `acknowledgements`.
    public var maxAttempts: Int?
    /// The topic that a message goes to which was delivered ``maxAttempts`` times and never acknowledged, with its
    /// headers. Needs `deadLetters` and a ``maxAttempts``.
    public var deadLetterTopic: String?

    /// The defaults.
    public init() {}

    /// Checks the options, and the rules for topic and queue, by what a broker claims: for the author of an adapter, who
    /// calls it before anything is sent.
    ///
    /// - Parameter broker: The description of the broker, for the message.
    /// - Throws: ``MicroError`` with `invalidTopic`, `invalidName`, `invalidArgument` or `unsupported`.
    public func validate(
        topic: String, queue: String?, for features: BrokerFeatures, of broker: String
    ) throws {
        try TopicRules.check(pattern: topic)
        if let queue { try TopicRules.check(queue: queue) }
        if let durableName { try TopicRules.check(queue: durableName) }
        if let deadLetterTopic { try TopicRules.check(topic: deadLetterTopic) }
        try checkBounds(queue: queue)
        for need in requiredFeatures(topic: topic, queue: queue) where !features.contains(need.feature) {
            throw MicroError(
                .unsupported, "\(broker) cannot serve \(need.description)", origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        }
    }

    private func checkBounds(queue: String?) throws {
        let numbers = [maxBufferedMessages, maxBufferedBytes, maxInFlight ?? 1, maxAttempts ?? 1]
        guard numbers.allSatisfy({ $0 >= 1 }), acknowledgementTimeout.map({ $0 > .zero }) ?? true else {
            throw Self.invalid("the limits of a subscription begin at 1, and its time to acknowledge above zero")
        }
        guard deadLetterTopic == nil || maxAttempts != nil else {
            throw Self.invalid("a dead letter topic needs a maximum of attempts")
        }
        guard queue == nil || durableName == nil else {
            throw Self.invalid("a queue is kept by its own name: leave durableName out")
        }
    }

    private func requiredFeatures(topic: String, queue: String?) -> [(feature: BrokerFeatures, description: String)] {
        var requiredFeatures: [(BrokerFeatures, String)] = []
        if TopicPattern(topic).hasWildcards { requiredFeatures.append((.wildcards, "the pattern \(topic)")) }
        if let queue { requiredFeatures.append((.queues, "the queue \(queue)")) }
        if let durableName { requiredFeatures.append((.durability, "the durable subscription \(durableName)")) }
        if start == .all { requiredFeatures.append((.replay, "what was published before")) }
        if maxInFlight != nil { requiredFeatures.append((.acknowledgements, "a limit on what is in flight")) }
        if acknowledgementTimeout != nil { requiredFeatures.append((.acknowledgements, "a time to acknowledge")) }
        if maxAttempts != nil { requiredFeatures.append((.acknowledgements, "a maximum of attempts")) }
        if deadLetterTopic != nil { requiredFeatures.append((.deadLetters, "dead letters")) }
        return requiredFeatures
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.broker, isSafeToRetry: true)
    }
}
