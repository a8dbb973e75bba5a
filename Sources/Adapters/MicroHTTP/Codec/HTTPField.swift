// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore

/// A header field in its wire form, without the blanks around its value.
struct HTTPField {
    let name: UnsafeRawBufferPointer
    let value: UnsafeRawBufferPointer
    let knownName: HTTPFieldName?

    /// Parses a line; nil for a line that `HTTPReader` leaves to SwiftNIO's decoder.
    init?(_ line: UnsafeRawBufferPointer) {
        guard let colon = line.firstIndex(of: 0x3A), colon > 0 else { return nil }
        name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        var (start, end) = (colon + 1, line.count)
        while start < end, line[start].isBlank { start += 1 }
        while end > start, line[end - 1].isBlank { end -= 1 }
        value = UnsafeRawBufferPointer(rebasing: line[start..<end])
        guard name.isToken, value.isFieldValue else { return nil }
        knownName = HTTPFieldName(name)
    }

    /// Whether its value differs from message to message.
    var isVolatile: Bool {
        switch knownName {
        case .goMicro(let name): name.field == .id || name.field == .timeout || name.field == .error
        case .length, nil: true
        default: false
        }
    }
}

extension HTTPHead {
    /// Adds a field.
    ///
    /// - Returns: False for a field that only SwiftNIO's decoder can interpret.
    mutating func insert(_ field: HTTPField) -> Bool {
        switch field.knownName {
        case nil: fields.userHeaders.add(Self.text(field.name), Self.text(field.value))
        case .goMicro(let name): if fields.isMissing(name) { fields.set(name, Self.text(field.value)) }
        case .length:
            // Only a single number that fits into an `Int`.
            guard framing.length == nil, (1...15).contains(field.value.count),
                field.value.allSatisfy({ (0x30...0x39).contains($0) })
            else { return false }
            framing.length = field.value.reduce(0) { $0 * 10 + Int($1 & 0xF) }
        case .connection:
            guard field.value.isEqualIgnoringCase(to: "close".utf8) else {
                return field.value.isEqualIgnoringCase(to: "keep-alive".utf8)
            }
            framing.shouldCloseConnection = true
        case .encoding, .framing: return false
        case .userAgent: hasUserAgent = true
        case .reserved: break
        }
        return true
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
}
