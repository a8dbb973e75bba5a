// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Gets a thread out of its wait for descriptors.
struct CurlWakeup: Sendable {
    private let readDescriptor: Int32
    private let writeDescriptor: Int32

    /// Nil for want of descriptors.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard ccurl_wakeup_create(&ends) == 0 else { return nil }
        (readDescriptor, writeDescriptor) = (ends[0], ends[1])
    }

    /// Becomes readable when the bell is rung.
    var descriptor: Int32 { readDescriptor }

    /// For any thread, until `close`.
    func signal() { ccurl_wakeup_signal(writeDescriptor) }

    /// Is as if it had not been rung.
    func clear() { ccurl_wakeup_clear(readDescriptor) }

    func close() { ccurl_wakeup_close(readDescriptor, writeDescriptor) }
}
