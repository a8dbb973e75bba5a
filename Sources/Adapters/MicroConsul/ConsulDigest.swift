// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The digest of a registration, which is stored in the notes of its check.
///
/// Consul moves a check's `ModifyIndex` only when the check itself changes. With the digest in its notes the check changes
/// with the instance, so that a watch of all services knows from the checks alone which services to read again.
enum ConsulDigest {
    /// The digest: FNV-1a over the fields with their lengths.
    static func of(name: String, address: String, port: Int, tags: [String]) -> String {
        var hash = FNV1a()
        for field in [name, address, "\(port)"] + tags {
            hash.combine("\(field.utf8.count):".utf8)
            hash.combine(field.utf8)
        }
        let digits = String(hash.value, radix: 16)
        return "swift-micro " + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
