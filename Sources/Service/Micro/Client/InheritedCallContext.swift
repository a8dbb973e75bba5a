// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// What the calls that a handler makes take over from the request that it handles: they do not outlast it, and carry on
/// those of its headers that the service forwards.
struct InheritedCallContext: Sendable {
    @TaskLocal static var current: InheritedCallContext?

    let deadline: ContinuousClock.Instant
    let headers: Headers

    /// When a call has to be over that may take so long from now on.
    static func deadline(_ timeout: Duration, isInherited: Bool) -> ContinuousClock.Instant {
        let own = ContinuousClock.now + timeout
        guard isInherited, let current else { return own }
        return min(own, current.deadline)
    }
}
