// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A digest of a registration, stored in the notes of its check.
///
/// Consul increases a check's `ModifyIndex` only when the check itself changes. With the digest in its notes, the check
/// changes with every field of the instance: a watch of many services reads only those whose checks have changed.
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

extension ServiceEntry {
    /// Whether a check contains the digest of the instance, so that it changes with every field of the instance.
    var hasDigestCheck: Bool {
        let digest = ConsulDigest.of(
            name: service.name, address: service.address ?? "", port: service.port ?? 0, tags: service.tags ?? [])
        return checks.contains { $0.serviceID == service.id && $0.notes == digest }
    }
}
