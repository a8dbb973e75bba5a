// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Counts the messages that a subscription has requested and not settled, to decide how many more to request.
struct JetStreamPullWindow {
    private struct Unsettled {
        let size: Int
        /// When the server delivers the message again.
        let expiry: ContinuousClock.Instant
    }

    private let limits: JetStreamFeed.Limits
    /// The number of messages that were requested and have not arrived.
    private var requested = 0
    private var unsettled: [UInt64: Unsettled] = [:]
    private var nextID: UInt64 = 0
    private var lastActivity = ContinuousClock.now

    init(_ limits: JetStreamFeed.Limits) { self.limits = limits }

    /// When the next unsettled message expires; nil if there is none.
    var nextExpiry: ContinuousClock.Instant? { unsettled.values.lazy.map(\.expiry).min() }

    /// When something was received for the last time while messages are requested; nil if none are.
    var silenceStart: ContinuousClock.Instant? { requested > 0 ? lastActivity : nil }

    /// Removes messages that the server delivers again, and requests that the server seems to have lost.
    ///
    /// - Parameter instant: Requests are regarded as lost if nothing has been received since this instant.
    /// - Returns: Whether requests seem to be lost.
    mutating func expire(silentSince instant: ContinuousClock.Instant) -> Bool {
        let now = ContinuousClock.now
        unsettled = unsettled.filter { $0.value.expiry > now }
        guard requested > 0, lastActivity < instant else { return false }
        requested = 0
        return true
    }

    /// The number of messages to request now; 0 if a request is not worthwhile. They are recorded as requested.
    ///
    /// - Parameter buffered: The number of messages that wait for a reader, including expired ones.
    mutating func takeRequest(buffered: Int) -> Int {
        let capacity = capacity(buffered)
        guard isWorthwhile(capacity) else { return 0 }
        requested += capacity
        lastActivity = .now
        return capacity
    }

    /// The number of messages that may be requested, limited by number, and by memory under the assumption that they
    /// are as large as the unsettled ones.
    private func capacity(_ buffered: Int) -> Int {
        let held = max(unsettled.count, buffered)
        let bytes = unsettled.values.reduce(0) { $0 + $1.size }
        let average = max(1, bytes / max(1, unsettled.count))
        let byBytes = max(held + requested == 0 ? 1 : 0, (limits.maxBytes - bytes) / average - requested)
        return min(limits.maxInFlight - held - requested, byBytes)
    }

    private func isWorthwhile(_ capacity: Int) -> Bool {
        capacity > 0 && (requested == 0 || capacity >= max(1, limits.maxInFlight / 4))
    }

    /// Records a received message.
    ///
    /// - Returns: An ID to settle it with.
    mutating func received(size: Int, expiry: ContinuousClock.Instant) -> UInt64 {
        requested = max(0, requested - 1)
        lastActivity = .now
        nextID += 1
        unsettled[nextID] = Unsettled(size: size, expiry: expiry)
        return nextID
    }

    /// Records that a message was settled.
    ///
    /// - Returns: Whether a request is worthwhile now.
    mutating func settled(_ id: UInt64, buffered: Int) -> Bool {
        unsettled[id] = nil
        return isWorthwhile(capacity(buffered))
    }

    mutating func receivedHeartbeat() { lastActivity = .now }

    /// Records that the server ended a request.
    ///
    /// - Parameter count: The number of messages that it did not deliver; nil for all.
    mutating func requestEnded(undelivered count: Int?) {
        lastActivity = .now
        requested = max(0, requested - max(0, count ?? requested))
    }

    mutating func requestsWereLost() { requested = 0 }
}
