// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The limits that an adapter of any kind guarantees. Every report prints them, so that a loose bound is visible.
public protocol ConformanceBounds: Sendable {
    /// How long a case waits for an expected condition if it names no other bound.
    var defaultTimeout: Duration { get }
    /// How long the adapter may take to recover after a failure has ended.
    var recoveryTimeout: Duration { get }
    /// How long a case observes that an event does not happen.
    var observationWindow: Duration { get }
    /// The name and value of each bound, for reports.
    var namedValues: [(name: String, value: String)] { get }
}
