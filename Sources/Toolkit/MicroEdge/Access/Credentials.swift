// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

extension Request {
    /// The credentials in `Authorization` for a scheme, whose case does not matter (RFC 9110, section 11.4).
    func credentials(of scheme: String) -> String? {
        guard let value = headers[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == scheme.lowercased() else { return nil }
        return parts[1].trimmingPrefix(" ").description
    }
}

/// Compares two texts in a time that depends only on the length of the second one.
func isEqualInConstantTime(_ secret: String, _ candidate: String) -> Bool {
    let (secret, candidate) = (Array(secret.utf8), Array(candidate.utf8))
    var difference: UInt8 = secret.count == candidate.count ? 0 : 1
    for (index, byte) in candidate.enumerated() {
        difference |= byte ^ (secret.isEmpty ? 0 : secret[index % secret.count])
    }
    return difference == 0
}
