// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Interrupts a thread's wait for descriptors.
struct CurlWakeup: Sendable {
    private let readDescriptor: Int32
    private let writeDescriptor: Int32

    /// Creates a wake-up descriptor; nil if none is available.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard ccurl_wakeup_create(&ends) == 0 else { return nil }
        (readDescriptor, writeDescriptor) = (ends[0], ends[1])
    }

    /// The descriptor to wait for: it is readable after `signal()`.
    var descriptor: Int32 { readDescriptor }

    /// Makes the descriptor readable. It may be called on any thread until `close()`.
    func signal() { ccurl_wakeup_signal(writeDescriptor) }

    /// Makes the descriptor unreadable again.
    func clear() { ccurl_wakeup_clear(readDescriptor) }

    func close() { ccurl_wakeup_close(readDescriptor, writeDescriptor) }
}
