// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

extension ValueShape {
    /// The first number in a JSON value that is not a valid integer of its field's type. Foundation's error for it names
    /// neither the field nor the type.
    ///
    /// - Parameters:
    ///   - json: A value of `JSONSerialization`.
    ///   - path: The path of the value in the message.
    func invalidInteger(in json: Any, at path: String = "") -> (path: String, type: String)? {
        if type.hasPrefix("[]") {
            var element = self
            element.type.removeFirst(2)
            for (index, value) in (json as? [Any] ?? []).enumerated() {
                if let found = element.invalidInteger(in: value, at: "\(path)[\(index)]") { return found }
            }
            return nil
        }
        if let range = Self.integerRanges[type] {
            guard let number = (json as? NSNumber)?.doubleValue else { return nil }
            return number.rounded() == number && range.contains(number) ? nil : (path, type)
        }
        let members = json as? [String: Any] ?? [:]
        for field in values {
            guard let value = members[field.name] else { continue }
            let fieldPath = path.isEmpty ? field.name : "\(path).\(field.name)"
            if let found = field.invalidInteger(in: value, at: fieldPath) { return found }
        }
        return nil
    }

    private static let integerRanges: [String: Range<Double>] = [
        "int8": -0x1p7..<0x1p7, "int16": -0x1p15..<0x1p15, "int32": -0x1p31..<0x1p31, "int64": -0x1p63..<0x1p63,
        "uint8": 0..<0x1p8, "uint16": 0..<0x1p16, "uint32": 0..<0x1p32, "uint64": 0..<0x1p64,
    ]
}
