// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The newest answers of the two queries of a ``ConsulCatalog``, for the one who follows them.
final class CatalogUpdates: Sendable {
    struct Latest: Sendable {
        /// Nil while it cannot be read.
        var checks: [HealthCheck]?
        /// The names of services with their tags; nil while they cannot be read.
        var services: [String: [String]]?
        /// Why one of them cannot be read.
        var failure: MicroError?
        /// Whether something here has no connection to what was there before.
        var isFresh = false
        /// Whether the names are new since they were taken last.
        var hasNewServices = false
    }

    private struct Content {
        var checks: ConsulBlockingQuery<[HealthCheck]>.Event?
        var services: ConsulBlockingQuery<[String: [String]]>.Event?
        var isFresh = false
        var hasNewServices = false
    }

    /// One element or more after each change.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let content = Mutex(Content())

    init() { (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func put(checks event: ConsulBlockingQuery<[HealthCheck]>.Event) {
        content.withLock { content in
            content.checks = event
            if case .value(_, isFresh: true) = event { content.isFresh = true }
        }
        signal.yield()
    }

    func put(services event: ConsulBlockingQuery<[String: [String]]>.Event) {
        content.withLock { content in
            content.services = event
            guard case .value(_, let isFresh) = event else { return }
            content.isFresh = content.isFresh || isFresh
            content.hasNewServices = true
        }
        signal.yield()
    }

    /// Has what is there looked at once more.
    func repeatSignal() { signal.yield() }

    /// What is there now. That it is fresh is told until it could be used.
    func take() -> Latest {
        content.withLock { content in
            var latest = Latest()
            switch content.checks {
            case .value(let checks, _): latest.checks = checks
            case .failure(let cause): latest.failure = cause
            case nil: break
            }
            switch content.services {
            case .value(let services, _): latest.services = services
            case .failure(let cause): latest.failure = cause
            case nil: break
            }
            guard latest.checks != nil, latest.services != nil else { return latest }
            (latest.isFresh, latest.hasNewServices) = (content.isFresh, content.hasNewServices)
            (content.isFresh, content.hasNewServices) = (false, false)
            return latest
        }
    }
}
