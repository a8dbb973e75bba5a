// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import MicroEdge

/// Token buckets of clients.
@Suite struct RateLimiterTests {
    @Test func requestsBeyondBurstAreLimitedToRate() throws {
        let limiter = RateLimiter(RateLimit(requestsPerSecond: 2, burst: 3))
        let start = ContinuousClock.now
        for _ in 0..<3 { #expect(limiter.take(for: "a", at: start) == nil) }
        let wait = try #require(limiter.take(for: "a", at: start))
        #expect(wait == .milliseconds(500))
        #expect(limiter.take(for: "b", at: start) == nil)
        #expect(limiter.take(for: "a", at: start + .milliseconds(499)) != nil)
        #expect(limiter.take(for: "a", at: start + .milliseconds(1001)) == nil)
    }

    @Test func numberOfClientsIsBounded() {
        let limiter = RateLimiter(RateLimit(requestsPerSecond: 1, burst: 1))
        let start = ContinuousClock.now
        for client in 0..<RateLimiter.maxClients { _ = limiter.take(for: "\(client)", at: start) }
        // The search finds no full bucket, so that new clients share one.
        #expect(limiter.take(for: "new", at: start + .milliseconds(500)) == nil)
        #expect(limiter.take(for: "newer", at: start + .milliseconds(500)) != nil)
        // The buckets are full again, but the last search was less than a second ago.
        #expect(limiter.take(for: "newer", at: start + .milliseconds(1200)) != nil)
        // The next search drops the full buckets.
        #expect(limiter.take(for: "newest", at: start + .milliseconds(1500)) == nil)
    }
}
