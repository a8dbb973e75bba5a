// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Fills a subscription of a broker.
protocol NATSFeed: AnyObject, Sendable {
    var source: Subscription.Source { get }
    /// Returns when the subscription is in effect.
    ///
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`. In that case, the subscription has ended.
    func start(by deadline: ContinuousClock.Instant) async throws
    /// Requests no further messages. Messages that were already sent are still delivered.
    func stopReceiving()
    /// Called when the subscription has ended. Does not wait.
    func end()
}

/// Ends a feed when its subscription ends, even if the subscription ends before the feed exists.
final class NATSFeedTermination: Sendable {
    private let state = Mutex<(feed: (any NATSFeed)?, hasEnded: Bool)>((nil, false))
    private let onEnd: @Sendable () -> Void

    init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }

    /// - Returns: False if the subscription has already ended.
    func attach(to feed: any NATSFeed) -> Bool {
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.feed = feed }
            return state.hasEnded
        }
        if hasEnded { feed.end() }
        return !hasEnded
    }

    func subscriptionEnded() {
        let feed = state.withLock { state in
            state.hasEnded = true
            return state.feed.take()
        }
        feed?.end()
        onEnd()
    }
}
