// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Stands for the content of a registration, in the notes of its check.
///
/// Consul moves a check's `ModifyIndex` only when the check itself changes. With the digest in its notes it does whenever
/// anything about the instance changes, so that a watch of all services knows from the checks alone which to read again.
enum ConsulDigest {
    /// FNV-1a, 64 bits, over the fields with their lengths.
    static func of(name: String, address: String, port: Int, tags: [String]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        for field in [name, address, "\(port)"] + tags {
            add("\(field.utf8.count):".utf8)
            add(field.utf8)
        }
        let digits = String(hash, radix: 16)
        return "swift-micro " + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
