// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Metrics
import MicroCore
import Synchronization

/// Publishes the status of a service's registration to readers and to metrics.
///
/// Metrics: the gauge `micro.registration.up` (1 while registered, otherwise 0) and the counter
/// `micro.registration.losses`, both with the dimension `service`.
final class RegistrationMonitor: Sendable {
    private struct State {
        var status: RegistrationStatus?
        var continuations: [Int: AsyncStream<RegistrationStatus>.Continuation] = [:]
        var nextID = 0
        var hasEnded = false
    }

    /// The number of statuses that are buffered for a slow reader; beyond it the oldest is dropped.
    private static let maxBufferedStatuses = 16

    private let state = Mutex(State())
    private let up: Gauge
    private let losses: Counter

    init(service: String) {
        up = Gauge(label: "micro.registration.up", dimensions: [("service", service)])
        losses = Counter(label: "micro.registration.losses", dimensions: [("service", service)])
    }

    /// The current status; nil before the first registration and after the end.
    var status: RegistrationStatus? { state.withLock(\.status) }

    /// The current status, if there is one, and all later ones until the end.
    func statuses() -> AsyncStream<RegistrationStatus> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RegistrationStatus.self, bufferingPolicy: .bufferingNewest(Self.maxBufferedStatuses))
        state.withLock { state in
            guard !state.hasEnded else { return continuation.finish() }
            if let status = state.status { continuation.yield(status) }
            let id = state.nextID
            state.nextID += 1
            state.continuations[id] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { _ = $0.continuations.removeValue(forKey: id) }
            }
        }
        return stream
    }

    /// Publishes a new status.
    func change(to status: RegistrationStatus) {
        if case .lost = status { losses.increment() }
        up.record(status.cause == nil ? 1 : 0)
        // Under the lock, so that all readers get the statuses in the same order.
        state.withLock { state in
            state.status = status
            for continuation in state.continuations.values { continuation.yield(status) }
        }
    }

    /// Ends all readers: the service has left the registry permanently.
    func end() {
        up.record(0)
        let continuations = state.withLock { state in
            defer { state.continuations = [:] }
            state.status = nil
            state.hasEnded = true
            return state.continuations.values
        }
        // Outside the lock, because their termination handlers take it.
        for continuation in continuations { continuation.finish() }
    }
}
