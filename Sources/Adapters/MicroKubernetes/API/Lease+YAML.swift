// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation

extension Lease {
    /// The Lease as YAML, the only format that server-side apply accepts: JSON in which the characters that YAML does
    /// not permit are escaped ([YAML 1.2, section 5.1](https://yaml.org/spec/1.2.2/#51-character-set)), and slashes are
    /// not.
    func yaml() throws -> [UInt8] {
        let json = try JSONEncoder.stable.encode(self)
        guard json.contains(where: { $0 >= 0x7F }) else { return [UInt8](json) }
        var yaml = ""
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            if scalar.needsEscapeInYAML {
                let digits = String(scalar.value, radix: 16)
                yaml += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                yaml.unicodeScalars.append(scalar)
            }
        }
        return Array(yaml.utf8)
    }
}

extension Unicode.Scalar {
    /// Whether YAML does not permit the character, or reads it as a line break. JSON escapes those below U+0020.
    fileprivate var needsEscapeInYAML: Bool {
        switch value {
        case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}
