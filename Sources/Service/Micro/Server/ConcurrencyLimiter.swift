// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Limits the number of requests that a service handles at a time.
final class ConcurrencyLimiter: Sendable {
    private let service: String
    /// The maximum number of requests; nil for no limit.
    private let limit: Int?
    private let inFlight = Atomic(0)

    init(service: String, limit: Int?) {
        self.service = service
        self.limit = limit
    }

    /// Admits a request, which has to be released. Rejects it before any work is done, so the caller can try another
    /// instance immediately.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `resourceExhausted` at the limit.
    func acquire() throws {
        let count = inFlight.wrappingAdd(1, ordering: .relaxed).newValue
        guard let limit, count > limit else { return }
        release()
        throw MicroError(
            .resourceExhausted, "\(service) is at its limit of \(limit) concurrent calls: try another instance",
            origin: MicroError.Origin.server, isSafeToRetry: true)
    }

    /// Records the end of an admitted request.
    func release() { inFlight.wrappingSubtract(1, ordering: .relaxed) }
}
