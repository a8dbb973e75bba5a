// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The latest results of the two queries of a ``ConsulCatalog``, for the task that reads the services.
final class CatalogUpdates: Sendable {
    struct Latest: Sendable {
        /// Nil while they cannot be read.
        var checks: [HealthCheck]?
        /// The names of services with their tags; nil while they cannot be read.
        var services: [String: [String]]?
        /// Why one of them cannot be read.
        var failure: MicroError?
        /// Whether a result does not continue the history of the results before it.
        var isFresh = false
        /// Whether the services have changed since they were taken last.
        var hasNewServices = false
    }

    private struct State {
        var checks: ConsulBlockingQuery<[HealthCheck]>.Event?
        var services: ConsulBlockingQuery<[String: [String]]>.Event?
        var isFresh = false
        var hasNewServices = false
    }

    /// Yields at least one element after each change.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    init() { (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func store(checks event: ConsulBlockingQuery<[HealthCheck]>.Event) {
        state.withLock { state in
            state.checks = event
            if case .value(_, isFresh: true) = event { state.isFresh = true }
        }
        signal.yield()
    }

    func store(services event: ConsulBlockingQuery<[String: [String]]>.Event) {
        state.withLock { state in
            state.services = event
            guard case .value(_, let isFresh) = event else { return }
            state.isFresh = state.isFresh || isFresh
            state.hasNewServices = true
        }
        signal.yield()
    }

    /// Yields another element without a change.
    func repeatSignal() { signal.yield() }

    /// The latest results. `isFresh` and `hasNewServices` are reset once both results could be used.
    func take() -> Latest {
        state.withLock { state in
            var latest = Latest()
            switch state.checks {
            case .value(let checks, _): latest.checks = checks
            case .failure(let cause): latest.failure = cause
            case nil: break
            }
            switch state.services {
            case .value(let services, _): latest.services = services
            case .failure(let cause): latest.failure = cause
            case nil: break
            }
            guard latest.checks != nil, latest.services != nil else { return latest }
            (latest.isFresh, latest.hasNewServices) = (state.isFresh, state.hasNewServices)
            (state.isFresh, state.hasNewServices) = (false, false)
            return latest
        }
    }
}
