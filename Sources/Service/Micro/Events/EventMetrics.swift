// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Metrics
import Synchronization

/// The numbers and durations of events, under OpenTelemetry's names
/// (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics).
///
/// * Published events: the counter `messaging.client.sent.messages` and the timer `messaging.client.operation.duration`.
/// * Handled events: the counter `messaging.client.consumed.messages` and the timer `messaging.process.duration`.
///
/// Dimensions: `messaging.system` (the broker, such as `nats`), `messaging.operation.name` (`publish` or `process`),
/// `messaging.destination.name` (the topic; of a subscription to a pattern, the pattern), `messaging.consumer.group.name` (the
/// queue of a subscription, if it has one) and, if the operation failed, `error.type` (as in ``CallMetrics``).
final class EventMetrics: Sendable {
    enum Operation: String { case publish, process }

    private struct Series: Sendable {
        let messages: Counter
        let duration: Timer
    }

    private struct Key: Hashable {
        let topic: String
        let status: String?
    }

    /// The maximum number of topics with their own metrics. Programs may generate topic names, so the number must be
    /// bounded.
    static let maxTopics = 1024
    /// The value of `messaging.destination.name` for further topics.
    static let otherTopic = "_OTHER"

    private let operation: Operation
    private let system: String
    private let queue: String?
    private let state = Mutex<(series: [Key: Series], topics: Set<String>)>(([:], []))

    /// Creates metrics.
    ///
    /// - Parameters:
    ///   - system: The name of the broker.
    ///   - queue: The queue of the subscription.
    init(_ operation: Operation, system: String, queue: String? = nil) {
        (self.operation, self.system, self.queue) = (operation, system, queue)
    }

    /// Runs an operation and records it.
    func measure(_ topic: String, _ body: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        do {
            try await body()
            record(topic, since: start, nil)
        } catch {
            record(topic, since: start, error)
            throw error
        }
    }

    private func record(_ topic: String, since start: ContinuousClock.Instant, _ error: (any Error)?) {
        let duration = ContinuousClock.now - start
        let series = series(topic, error.map(CallMetrics.status(of:)))
        series.messages.increment()
        series.duration.record(duration: duration)
    }

    private func series(_ topic: String, _ status: String?) -> Series {
        state.withLock { state in
            let isKnown = state.topics.contains(topic)
            let hasSeries = isKnown || state.topics.count < Self.maxTopics
            let key = Key(topic: hasSeries ? topic : Self.otherTopic, status: status)
            if let series = state.series[key] { return series }
            if hasSeries { state.topics.insert(topic) }
            let series = makeSeries(key)
            state.series[key] = series
            return series
        }
    }

    private func makeSeries(_ key: Key) -> Series {
        var dimensions = [
            ("messaging.system", system), ("messaging.operation.name", operation.rawValue),
            ("messaging.destination.name", key.topic),
        ]
        if let queue { dimensions.append(("messaging.consumer.group.name", queue)) }
        if let status = key.status { dimensions.append(("error.type", status)) }
        let (messages, duration) =
            switch operation {
            case .publish: ("messaging.client.sent.messages", "messaging.client.operation.duration")
            case .process: ("messaging.client.consumed.messages", "messaging.process.duration")
            }
        return Series(
            messages: Counter(label: messages, dimensions: dimensions),
            duration: Timer(label: duration, dimensions: dimensions))
    }
}
