// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore
import NIOHTTP1

/// Delivers the events of one subscription to an app.
///
/// The broker receives the acknowledgement after the app has handled or refused an event. A broker that delivers at least once
/// also delivers again what the app has failed to handle; for any other broker, the event is held meanwhile.
struct EventDelivery: Sendable {
    /// The failure of an app, for which the broker delivers the event again.
    private struct Failure: Error {}

    private static let backoff = Backoff(base: .milliseconds(100), maxDelay: .seconds(10))
    /// The delay of another delivery by the broker. All events of the queue fail while an app restarts, and each failure counts.
    private static let redeliveryBackoff = Backoff(base: .milliseconds(500), maxDelay: .seconds(30))
    /// The time limit of one delivery.
    private static let timeout = Duration.seconds(30)

    let subscription: AppSubscription
    let client: AppClient
    let broker: any Broker
    let health: HealthGate
    let logger: Logger

    /// Delivers events until the subscription ends or the task is cancelled.
    func run(_ deliveries: Subscription) async {
        await deliveries.handle(
            backoff: Self.redeliveryBackoff,
            onFailure: { [logger] delivery, error in
                guard !(error is Failure) else { return }
                logger.error(
                    "dead letter not published", metadata: ["topic": "\(delivery.topic)", "cause": "\(error)"])
            },
            { delivery in try await deliver(delivery) })
    }

    private var hasAcknowledgements: Bool { broker.capabilities.features.contains(.acknowledgements) }

    /// Delivers an event until it is handled, refused, or was delivered too often.
    ///
    /// - Throws: `CancellationError`, ``Failure``, or the error of a broker that refuses the dead letter; the broker
    ///   delivers the event again then, if it can.
    private func deliver(_ delivery: Delivery) async throws {
        var (attempt, failures) = (delivery.attempt, 0)
        while true {
            try await health.wait()
            switch await send(delivery, attempt: attempt) {
            case .handled: return
            case .refused(let reason): return try await discard(delivery, reason)
            case .failed(let reason):
                guard attempt < subscription.maxAttempts else { return try await discard(delivery, reason) }
                attempt += 1
                logger.debug("event not handled", metadata: ["topic": "\(delivery.topic)", "cause": "\(reason)"])
                if hasAcknowledgements { throw Failure() }
            case .unreachable(let reason):
                logger.debug("event not delivered", metadata: ["topic": "\(delivery.topic)", "cause": "\(reason)"])
            }
            try await Task.sleep(for: Self.backoff.delay(attempt: failures))
            failures += 1
        }
    }

    private func send(_ delivery: Delivery, attempt: Int) async -> EventOutcome {
        var headers: HTTPHeaders = [:]
        for (name, value) in delivery.message.headers where Self.isPassed(name) {
            headers.add(name: name, value: value)
        }
        headers.replaceOrAdd(name: "Micro-Topic", value: delivery.topic)
        headers.replaceOrAdd(name: "Micro-Attempt", value: String(attempt))
        do {
            let response = try await client.send(
                .POST, subscription.path, headers: headers, body: delivery.message.body, deadline: .now + Self.timeout)
            return EventOutcome(status: response.status, body: response.body)
        } catch let error as MicroError {
            return EventOutcome(error)
        } catch {
            return .unreachable("\(error)")
        }
    }

    /// Drops an event that was not handled, or publishes it to the dead-letter topic if there is one.
    private func discard(_ delivery: Delivery, _ reason: String) async throws {
        let metadata: Logger.Metadata = ["topic": "\(delivery.topic)", "cause": "\(reason)"]
        guard let topic = subscription.deadLetterTopic else {
            return logger.warning("event dropped", metadata: metadata)
        }
        var message = delivery.message
        message.headers["Dead-Letter-Topic"] = delivery.topic
        message.headers["Dead-Letter-Reason"] = MicroError.prefix(of: reason, maxLength: 256)
        var failures = 0
        while true {
            do {
                try await broker.publish(message, to: topic)
                return logger.warning("event moved to the dead-letter topic", metadata: metadata)
            } catch let error as MicroError where error.isTransient {
                logger.warning("dead letter not published, retrying", metadata: ["cause": "\(error)"])
                try await Task.sleep(for: Self.backoff.delay(attempt: failures))
                failures += 1
            }
        }
    }

    private static func isPassed(_ name: String) -> Bool {
        ![
            "connection", "content-length", "expect", "host", "keep-alive", "micro-app-token", "te", "trailer",
            "transfer-encoding", "upgrade",
        ].contains(name.lowercased())
    }
}
