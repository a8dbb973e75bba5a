// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension UInt8 {
    /// Whether the byte is a space or a tab: the optional white space of HTTP (RFC 9110, section 5.6.3).
    @inlinable package var isBlank: Bool { self == 0x20 || self == 0x09 }
}
