// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A request to start from: JSON with every field of a shape.
enum RequestTemplate {
    /// The maximum depth of a template: shapes come from outside.
    private static let maxDepth = 6

    /// The template for a shape; `{}` for an unknown one.
    static func json(for shape: ValueShape?) -> String {
        guard let shape else { return "{}" }
        return isScalar(shape.type) || shape.type.hasPrefix("[]") ? value(of: shape, depth: 0) : object(shape, depth: 0)
    }

    private static func object(_ shape: ValueShape, depth: Int) -> String {
        let members = shape.jsonFields.map { "\(JSONText.quoted($0.name)):\(value(of: $0, depth: depth + 1))" }
        return "{\(members.joined(separator: ","))}"
    }

    private static func value(of shape: ValueShape, depth: Int) -> String {
        guard depth < maxDepth else { return "null" }
        if shape.type.hasPrefix("[]") {
            let element = ValueShape(name: shape.name, type: String(shape.type.dropFirst(2)), values: shape.values)
            // Bytes are text in Base64 in JSON.
            return ["uint8", "byte"].contains(element.type) ? "\"\"" : "[\(value(of: element, depth: depth + 1))]"
        }
        if shape.type.hasPrefix("*") {
            let pointee = ValueShape(name: shape.name, type: String(shape.type.dropFirst()), values: shape.values)
            return value(of: pointee, depth: depth + 1)
        }
        return switch shape.type {
        case "string": "\"\""
        case "bool": "false"
        case _ where isNumber(shape.type): "0"
        default: object(shape, depth: depth)
        }
    }

    private static func isScalar(_ type: String) -> Bool { type == "string" || type == "bool" || isNumber(type) }

    private static func isNumber(_ type: String) -> Bool {
        ShapeType.isInteger(type) || type == "float32" || type == "float64"
    }
}

extension ValueShape {
    /// The fields that are members of the JSON: Go leaves out a field with the tag `-`, such as the internal ones of protobuf messages.
    var jsonFields: [ValueShape] { values.filter { $0.name != "-" } }
}

/// Go's names of types in shapes.
enum ShapeType {
    /// Whether the type is an integer.
    static func isInteger(_ type: String) -> Bool {
        ["int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "byte"].contains(type)
    }
}
