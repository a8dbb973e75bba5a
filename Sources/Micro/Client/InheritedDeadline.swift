// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The deadline of the request that the present task handles: calls that a handler makes do not outlast it.
enum InheritedDeadline {
    @TaskLocal static var current: ContinuousClock.Instant?

    /// When a call has to be over that may take so long from now on.
    static func ofCall(_ timeout: Duration, isInherited: Bool) -> ContinuousClock.Instant {
        let own = ContinuousClock.now + timeout
        guard isInherited, let current else { return own }
        return min(own, current)
    }
}
