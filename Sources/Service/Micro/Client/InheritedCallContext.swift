// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The deadline and the headers that calls of a handler inherit from the request that it handles.
struct InheritedCallContext: Sendable {
    /// The context of the running handler; nil outside of handlers.
    @TaskLocal static var current: InheritedCallContext?

    /// The deadline of the request.
    let deadline: MonotonicTime
    /// The headers of the request.
    let requestHeaders: Headers
    /// The rule that selects the headers to forward. Applied only when the handler makes a call.
    let forwarding: HeaderForwarding

    /// The headers that calls of the handler forward.
    var headers: Headers { forwarding.forwarded(of: requestHeaders) }

    /// The deadline of a call with this time limit.
    ///
    /// - Parameter isInherited: Whether the deadline of the running handler also limits it.
    static func deadline(_ timeout: Duration, isInherited: Bool) -> ContinuousClock.Instant {
        let own = ContinuousClock.now + timeout
        guard isInherited, let current else { return own }
        return min(own, current.deadline.instant)
    }
}
