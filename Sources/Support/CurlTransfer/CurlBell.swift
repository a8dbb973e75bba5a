// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Gets a thread out of its wait for descriptors.
struct CurlBell: Sendable {
    private let reading: Int32
    private let writing: Int32

    /// Nil for want of descriptors.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard ccurl_bell_create(&ends) == 0 else { return nil }
        (reading, writing) = (ends[0], ends[1])
    }

    /// Becomes readable when the bell is rung.
    var descriptor: Int32 { reading }

    /// For any thread, until `close`.
    func ring() { ccurl_bell_ring(writing) }

    /// Is as if it had not been rung.
    func clear() { ccurl_bell_clear(reading) }

    func close() { ccurl_bell_close(reading, writing) }
}
