// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Metrics
import MicroCore
import Synchronization

/// Keeps the status of a service's registration for whoever asks, and tells it to metrics.
///
/// Metrics: the gauge `micro.registration.up` (1 while registered, else 0) and the counter `micro.registration.losses`,
/// both with the dimension `service`.
final class RegistrationMonitor: Sendable {
    private struct Content {
        var status: RegistrationStatus?
        var continuations: [Int: AsyncStream<RegistrationStatus>.Continuation] = [:]
        var nextID = 0
        var hasEnded = false
    }

    /// How many changes a slow reader may be behind; then it loses the oldest.
    private static let maxBufferedStatuses = 16

    private let content = Mutex(Content())
    private let up: Gauge
    private let losses: Counter

    init(service: String) {
        up = Gauge(label: "micro.registration.up", dimensions: [("service", service)])
        losses = Counter(label: "micro.registration.losses", dimensions: [("service", service)])
    }

    /// The present status; nil before the first registration, and after the end.
    var status: RegistrationStatus? { content.withLock(\.status) }

    /// The present status, if there is one, and all later ones, until the end.
    func statuses() -> AsyncStream<RegistrationStatus> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RegistrationStatus.self, bufferingPolicy: .bufferingNewest(Self.maxBufferedStatuses))
        content.withLock { content in
            guard !content.hasEnded else { return continuation.finish() }
            if let status = content.status { continuation.yield(status) }
            let id = content.nextID
            content.nextID += 1
            content.continuations[id] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.content.withLock { _ = $0.continuations.removeValue(forKey: id) }
            }
        }
        return stream
    }

    func change(to status: RegistrationStatus) {
        if case .lost = status { losses.increment() }
        up.record(status.cause == nil ? 1 : 0)
        // Under the lock, so that all readers see them in order.
        content.withLock { content in
            content.status = status
            for continuation in content.continuations.values { continuation.yield(status) }
        }
    }

    /// The service is not registered any more, and will not be.
    func end() {
        up.record(0)
        let continuations = content.withLock { content in
            defer { content.continuations = [:] }
            content.status = nil
            content.hasEnded = true
            return content.continuations.values
        }
        // Outside the lock, which the handler of their termination takes.
        for continuation in continuations { continuation.finish() }
    }
}
