// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore

/// A response of go-micro's `Debug` endpoints, in JSON and in protobuf. Go clients use protobuf by default, so it is
/// supported without MicroProtobuf.
struct DebugMessage: Sendable {
    enum Value: Sendable {
        case text(String)
        case number(UInt64)
    }

    struct Field: Sendable {
        /// The number of the protobuf field in go-micro v1.18 and later, up to 15.
        var number: UInt8
        /// The number of the protobuf field in earlier versions; nil if they do not have the field.
        var legacyNumber: UInt8?
        /// The name in JSON; nil for a field that some versions of go-micro reject as unknown.
        var name: String?
        var value: Value
    }

    var fields: [Field]

    /// go-micro's health, such as `{"status":"ok"}`.
    static func health(_ status: ServiceHealth.Status) -> DebugMessage {
        DebugMessage(fields: [Field(number: 1, legacyNumber: 1, name: "status", value: .text(status.rawValue))])
    }

    /// The statistics of the process. The names in JSON are the same in all versions of go-micro. In protobuf, v1.18 added
    /// `timestamp` as the first field and renumbered the others.
    static func stats(started: Date, calls: Int, errors: Int) -> DebugMessage {
        let now = UInt64(max(0, Date().timeIntervalSince1970))
        let start = UInt64(max(0, started.timeIntervalSince1970))
        let process = ProcessStatistics.current
        let values: [(name: String?, value: UInt64)] = [
            ("timestamp", now), ("started", start), ("uptime", now > start ? now - start : 0),
            ("memory", process.residentBytes), ("threads", process.threads),
            // Nanoseconds of garbage collection; always 0 in Swift.
            ("gc", 0),
            (nil, UInt64(clamping: calls)), (nil, UInt64(clamping: errors)),
        ]
        return DebugMessage(
            fields: values.enumerated().map { index, field in
                Field(
                    number: UInt8(index + 1), legacyNumber: field.name == nil || index == 0 ? nil : UInt8(index),
                    name: field.name, value: .number(field.value))
            })
    }

    /// The message in JSON, as go-micro writes it: without fields that are 0, and with a line feed at the end.
    var json: ByteBuffer {
        let members = fields.compactMap { field -> String? in
            guard let name = field.name else { return nil }
            switch field.value {
            case .text(let text): return #""\#(name)":"\#(text)""#
            case .number(0): return nil
            case .number(let number): return #""\#(name)":\#(number)"#
            }
        }
        return ByteBuffer(string: "{\(members.joined(separator: ","))}\n")
    }

    /// The message in protobuf (https://protobuf.dev/programming-guides/encoding).
    ///
    /// - Parameter isLegacy: Whether the caller is go-micro before v1.18.
    func protobuf(forLegacyCaller isLegacy: Bool) -> ByteBuffer {
        var bytes = ByteBuffer()
        for field in fields {
            guard let number = isLegacy ? field.legacyNumber : field.number else { continue }
            switch field.value {
            case .text(let text):
                bytes.writeInteger(number << 3 | 2)
                bytes.writeVarint(UInt64(text.utf8.count))
                bytes.writeString(text)
            case .number(0): break
            case .number(let value):
                bytes.writeInteger(number << 3)
                bytes.writeVarint(value)
            }
        }
        return bytes
    }
}

extension ByteBuffer {
    fileprivate mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(rest))
    }
}
