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
        var readers: [Int: AsyncStream<RegistrationStatus>.Continuation] = [:]
        var nextID = 0
        var hasEnded = false
    }

    /// How many changes a slow reader may be behind; then it loses the oldest.
    private static let backlog = 16

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
        let (stream, reader) = AsyncStream.makeStream(
            of: RegistrationStatus.self, bufferingPolicy: .bufferingNewest(Self.backlog))
        content.withLock { content in
            guard !content.hasEnded else { return reader.finish() }
            if let status = content.status { reader.yield(status) }
            let id = content.nextID
            content.nextID += 1
            content.readers[id] = reader
            reader.onTermination = { [weak self] _ in self?.content.withLock { _ = $0.readers.removeValue(forKey: id) }
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
            for reader in content.readers.values { reader.yield(status) }
        }
    }

    /// The service is not registered any more, and will not be.
    func end() {
        up.record(0)
        let readers = content.withLock { content in
            defer { content.readers = [:] }
            content.status = nil
            content.hasEnded = true
            return content.readers.values
        }
        // Outside the lock, which the handler of their termination takes.
        for reader in readers { reader.finish() }
    }
}
