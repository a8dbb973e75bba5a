// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The shape of a message or a field for the registry, with Go's names for types as in the records of go-micro.
struct MessageShape {
    /// The number of levels of fields, as in go-micro.
    private static let maxDepth = 3
    /// The maximum number of fields of one message on all levels: deeper levels are left out.
    private static let maxFields = 100

    let name: String
    private(set) var type: String
    private(set) var fields: [MessageShape] = []

    /// The shape of a message.
    init(_ message: Descriptor) {
        let depth = (1...Self.maxDepth).last {
            Self.fieldCount(message, depth: $0, limit: Self.maxFields) <= Self.maxFields
        }
        self.init(message, name: Self.typeName(message), depth: depth ?? 1)
    }

    /// The number of fields of a message on its levels up to a depth. Counting ends beyond the limit: the number of fields
    /// grows with the power of the depth.
    private static func fieldCount(_ message: Descriptor, depth: Int, limit: Int) -> Int {
        guard depth > 0, !SwiftProtobufInfo.isBundledProto(file: message.file) else { return 0 }
        var count = message.fields.count
        for field in message.fields where !field.isMap && (field.type == .message || field.type == .group) {
            guard count <= limit else { break }
            count += fieldCount(field.messageType, depth: depth - 1, limit: limit - count)
        }
        return count
    }

    private init(_ message: Descriptor, name: String, depth: Int) {
        self.name = name
        type = Self.typeName(message)
        // Messages of google/protobuf have special JSON forms.
        guard depth > 0, !SwiftProtobufInfo.isBundledProto(file: message.file) else { return }
        fields = message.fields.map { Self($0, depth: depth - 1) }
    }

    private init(_ field: FieldDescriptor, depth: Int) {
        if let entry = field.isMap ? field.messageType.mapKeyAndValue : nil {
            self.init(name: field.name, type: "map[\(Self.typeName(entry.key))]\(Self.typeName(entry.value))")
        } else if field.type == .message || field.type == .group {
            self.init(field.messageType, name: field.name, depth: depth)
        } else {
            self.init(name: field.name, type: Self.typeName(field))
        }
        if field.isRepeated, !field.isMap { type = "[]" + type }
    }

    private init(name: String, type: String) { (self.name, self.type) = (name, type) }

    private static func typeName(_ field: FieldDescriptor) -> String {
        switch field.type {
        case .double: "float64"
        case .float: "float32"
        case .int64, .sint64, .sfixed64: "int64"
        case .uint64, .fixed64: "uint64"
        case .int32, .sint32, .sfixed32: "int32"
        case .uint32, .fixed32: "uint32"
        case .bool: "bool"
        case .string: "string"
        case .bytes: "[]uint8"
        case .enum: goName(field.enumType.fullName, in: field.enumType.file)
        case .message, .group: typeName(field.messageType)
        }
    }

    private static func typeName(_ message: Descriptor) -> String { goName(message.fullName, in: message.file) }

    /// The name of a type in Go: a nested type has those of its outer types in front.
    private static func goName(_ fullName: String, in file: FileDescriptor) -> String {
        let name = file.package.isEmpty ? fullName[...] : fullName.dropFirst(file.package.count + 1)
        return name.split(separator: ".").joined(separator: "_")
    }
}
