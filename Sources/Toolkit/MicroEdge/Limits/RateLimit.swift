// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The maximum rate of requests of one client: a token bucket.
public struct RateLimit: Sendable, Hashable {
    /// The sustained rate, in requests per second.
    public var requestsPerSecond: Double
    /// The number of requests that may arrive at the same time.
    public var burst: Int

    /// Creates a limit.
    ///
    /// - Parameters:
    ///   - requestsPerSecond: The sustained rate; at least one request per hour.
    ///   - burst: The number of requests that may arrive at the same time; at least 1.
    public init(requestsPerSecond: Double, burst: Int) {
        self.requestsPerSecond = max(requestsPerSecond, 1 / 3600)
        self.burst = max(burst, 1)
    }
}

/// The token buckets of the clients.
///
/// At most ``maxClients`` buckets are kept. Beyond that, the full ones are dropped once in a second, which changes nothing for
/// their clients; until then, new clients share one bucket.
package final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var updated: ContinuousClock.Instant
    }

    private struct State {
        var buckets: [String: Bucket] = [:]
        /// When full buckets may be dropped again.
        var nextSweep: ContinuousClock.Instant?
    }

    static let maxClients = 65_536
    /// The minimum time between two searches for full buckets, which take milliseconds.
    private static let sweepInterval = Duration.seconds(1)

    private let limit: RateLimit
    private let state = Mutex(State())

    package init(_ limit: RateLimit) { self.limit = limit }

    /// Takes a token of a client.
    ///
    /// - Throws: ``RejectedRequest`` with 429 if there is none.
    package func admit(_ client: String) throws {
        if let wait = take(for: client) {
            throw RejectedRequest(.resourceExhausted, "the client sends too many requests", retryAfter: wait)
        }
    }

    /// Takes a token of a client.
    ///
    /// - Returns: Nil if there was one, otherwise how long the next one takes.
    func take(for client: String, at now: ContinuousClock.Instant = .now) -> Duration? {
        state.withLock { state in
            let key = key(for: client, in: &state, at: now)
            var bucket = state.buckets[key] ?? Bucket(tokens: Double(limit.burst), updated: now)
            bucket.tokens = tokens(in: bucket, at: now)
            bucket.updated = now
            defer { state.buckets[key] = bucket }
            guard bucket.tokens >= 1 else { return .seconds((1 - bucket.tokens) / limit.requestsPerSecond) }
            bucket.tokens -= 1
            return nil
        }
    }

    private func tokens(in bucket: Bucket, at now: ContinuousClock.Instant) -> Double {
        let elapsed = (now - bucket.updated) / .seconds(1)
        return min(Double(limit.burst), bucket.tokens + elapsed * limit.requestsPerSecond)
    }

    /// The client, or the shared key if there is no room for another client.
    private func key(for client: String, in state: inout State, at now: ContinuousClock.Instant) -> String {
        guard state.buckets[client] == nil, state.buckets.count >= Self.maxClients else { return client }
        guard state.nextSweep.map({ $0 <= now }) ?? true else { return "" }
        state.nextSweep = now + Self.sweepInterval
        state.buckets = state.buckets.filter { tokens(in: $0.value, at: now) < Double(limit.burst) }
        return state.buckets.count < Self.maxClients ? client : ""
    }
}
