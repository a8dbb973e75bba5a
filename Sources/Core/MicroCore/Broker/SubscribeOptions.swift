// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The options of a subscription.
///
/// The buffer limits apply to all brokers. A broker refuses an option with `unsupported` if it does not claim the feature that
/// the option needs.
public struct SubscribeOptions: Sendable, Hashable {
    /// The position at which a new subscription begins.
    public enum Start: Sendable, Hashable {
        /// Messages that are published from now on.
        case new
        /// All messages that the backend has stored. Needs `replay`.
        case all
    }

    /// The maximum number of deliveries that wait for a reader; at least 1, 65,536 by default.
    ///
    /// Beyond this limit, the oldest deliveries are dropped and counted in ``Delivery/droppedBefore``. With
    /// acknowledgements, no deliveries are dropped: they stay at the backend.
    public var maxBufferedMessages = 65_536
    /// The maximum size of the waiting headers and bodies in bytes; at least 1, 64 MiB by default. A single larger delivery
    /// is kept.
    public var maxBufferedBytes = 64 * 1024 * 1024
    /// The name under which the backend keeps a subscription without a queue while it has no subscriber. The rules for
    /// queue names apply. Needs `durability`. A queue is kept under its own name.
    public var durableName: String?
    /// The position at which a new subscription begins. A subscription that the backend has kept continues at its last
    /// position.
    public var start = Start.new
    /// The maximum number of unsettled deliveries; at least 1. Nil for the adapter's default. Needs `acknowledgements`.
    public var maxInFlight: Int?
    /// The time after which an unsettled delivery is delivered again; above zero. Nil for the adapter's default. Needs
    /// `acknowledgements`.
    public var acknowledgementTimeout: Duration?
    /// The maximum number of deliveries of a message; at least 1, nil for no limit. Needs `acknowledgements`.
    public var maxAttempts: Int?
    /// The topic to which a message goes, with its headers, after it has been delivered ``maxAttempts`` times without
    /// an acknowledgement. Needs `deadLetters` and ``maxAttempts``.
    public var deadLetterTopic: String?

    /// Creates the default options.
    public init() {}

    /// Checks the options, the topic and the queue against the rules and the features of a broker. Adapters call it before
    /// they send anything.
    ///
    /// - Parameters:
    ///   - topic: The topic or pattern to subscribe to.
    ///   - queue: The queue group, if any.
    ///   - features: The features that the broker claims.
    ///   - broker: The description of the broker, for error messages.
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
                .unsupported, "\(broker) does not support \(need.description)", origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        }
    }

    private func checkBounds(queue: String?) throws {
        let numbers = [maxBufferedMessages, maxBufferedBytes, maxInFlight ?? 1, maxAttempts ?? 1]
        guard numbers.allSatisfy({ $0 >= 1 }), acknowledgementTimeout.map({ $0 > .zero }) ?? true else {
            throw Self.invalid(
                "the limits of a subscription must be at least 1, and its acknowledgement timeout above zero")
        }
        guard deadLetterTopic == nil || maxAttempts != nil else {
            throw Self.invalid("deadLetterTopic needs maxAttempts: set it")
        }
        guard queue == nil || durableName == nil else {
            throw Self.invalid("a queue is kept under its own name: leave durableName out")
        }
    }

    private func requiredFeatures(topic: String, queue: String?) -> [(feature: BrokerFeatures, description: String)] {
        var required: [(BrokerFeatures, String)] = []
        if TopicPattern(topic).hasWildcards { required.append((.wildcards, "the pattern \(topic)")) }
        if let queue { required.append((.queues, "the queue \(queue)")) }
        if let durableName { required.append((.durability, "the durable subscription \(durableName)")) }
        if start == .all { required.append((.replay, "replay of earlier messages")) }
        if maxInFlight != nil { required.append((.acknowledgements, "a limit of deliveries in flight")) }
        if acknowledgementTimeout != nil { required.append((.acknowledgements, "an acknowledgement timeout")) }
        if maxAttempts != nil { required.append((.acknowledgements, "a limit of attempts")) }
        if deadLetterTopic != nil { required.append((.deadLetters, "dead-letter topics")) }
        return required
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.broker, isSafeToRetry: true)
    }
}
