// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A value of a field table, in RabbitMQ's encoding
/// ([errata to AMQP 0-9-1](https://www.rabbitmq.com/amqp-0-9-1-errata.html), section 3).
enum AMQPValue: Sendable, Hashable {
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    /// A decimal number: the value times ten to the power of the negative scale.
    case decimal(scale: UInt8, value: Int32)
    case string(String)
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    case array([AMQPValue])
    indirect case table(AMQPTable)
    case void

    /// The maximum depth of nested tables and arrays.
    private static let maxDepth = 16

    /// The value as text; nil for tables and arrays.
    var text: String? {
        switch self {
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .decimal(let scale, let value): "\(value)e-\(scale)"
        case .string(let value): value
        case .bytes(let value): String(decoding: value, as: UTF8.self)
        case .timestamp(let value): "\(value)"
        case .void: ""
        case .array, .table: nil
        }
    }

    /// - Throws: ``/MicroCore/MicroError`` with `internal` for an unknown type, a value that is too short or nested too deeply.
    init(from reader: inout AMQPReader, depth: Int = 0) throws(MicroError) {
        guard depth <= Self.maxDepth else { throw AMQPReader.violation("tables are nested too deeply") }
        switch UnicodeScalar(try reader.octet()) {
        case "t": self = .bool(try reader.octet() != 0)
        case "b": self = .integer(Int64(try reader.integer(Int8.self)))
        case "B": self = .integer(Int64(try reader.integer(UInt8.self)))
        case "s": self = .integer(Int64(try reader.integer(Int16.self)))
        case "u": self = .integer(Int64(try reader.integer(UInt16.self)))
        case "I": self = .integer(Int64(try reader.integer(Int32.self)))
        case "i": self = .integer(Int64(try reader.integer(UInt32.self)))
        case "l", "L": self = .integer(try reader.integer(Int64.self))
        case "f": self = .double(Double(Float(bitPattern: try reader.integer(UInt32.self))))
        case "d": self = .double(Double(bitPattern: try reader.integer(UInt64.self)))
        case "D": self = .decimal(scale: try reader.octet(), value: try reader.integer(Int32.self))
        case "S": self = .string(String(decoding: try reader.longString(), as: UTF8.self))
        case "x": self = .bytes(Array(try reader.longString()))
        case "T": self = .timestamp(try reader.integer(UInt64.self))
        case "A":
            var items = AMQPReader(try reader.longString())
            var values: [AMQPValue] = []
            while !items.isAtEnd { values.append(try AMQPValue(from: &items, depth: depth + 1)) }
            self = .array(values)
        case "F": self = .table(try AMQPTable(from: &reader, depth: depth + 1))
        case "V": self = .void
        case let type: throw AMQPReader.violation("a table has a field of the unknown type \(type.value)")
        }
    }

    func write(to writer: inout AMQPWriter) {
        switch self {
        case .bool(let value):
            writer.octet(UInt8(ascii: "t"))
            writer.octet(value ? 1 : 0)
        case .integer(let value):
            writer.octet(UInt8(ascii: "l"))
            writer.integer(value)
        case .double(let value):
            writer.octet(UInt8(ascii: "d"))
            writer.integer(value.bitPattern)
        case .decimal(let scale, let value):
            writer.octet(UInt8(ascii: "D"))
            writer.octet(scale)
            writer.integer(value)
        case .string(let text):
            writer.octet(UInt8(ascii: "S"))
            writer.longString(text.utf8)
        case .bytes(let bytes):
            writer.octet(UInt8(ascii: "x"))
            writer.longString(bytes)
        case .timestamp(let seconds):
            writer.octet(UInt8(ascii: "T"))
            writer.integer(seconds)
        case .array(let values):
            writer.octet(UInt8(ascii: "A"))
            writer.withLength { writer in for value in values { value.write(to: &writer) } }
        case .table(let table):
            writer.octet(UInt8(ascii: "F"))
            table.write(to: &writer)
        case .void: writer.octet(UInt8(ascii: "V"))
        }
    }
}

/// A field table (AMQP 0-9-1, section 4.2.5.5) that keeps the order of its fields. Duplicate names are kept.
struct AMQPTable: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    struct Field: Sendable, Hashable {
        let name: String
        let value: AMQPValue
    }

    var fields: [Field] = []

    init() {}

    init(dictionaryLiteral elements: (String, AMQPValue)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value of a name.
    subscript(name: String) -> AMQPValue? { fields.first { $0.name == name }?.value }

    /// - Throws: As ``AMQPValue/init(from:depth:)``.
    init(from reader: inout AMQPReader, depth: Int = 0) throws(MicroError) {
        var items = AMQPReader(try reader.longString())
        while !items.isAtEnd {
            let name = try items.shortString()
            fields.append(Field(name: name, value: try AMQPValue(from: &items, depth: depth)))
        }
    }

    func write(to writer: inout AMQPWriter) {
        writer.withLength { writer in
            for field in fields {
                writer.shortString(field.name)
                field.value.write(to: &writer)
            }
        }
    }
}
