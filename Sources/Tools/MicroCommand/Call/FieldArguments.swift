// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// The fields of a request that are given as options, `--name=John --tags=a,b --address.city=Rome`, typed by its shape.
struct FieldArguments {
    private let shape: ValueShape?
    /// The values by path, in the order of the command line.
    private var root = FieldTree()

    init(shape: ValueShape?) { self.shape = shape }

    /// Whether the request has a top-level field of a name.
    func hasField(_ name: String) -> Bool { shape?.values.contains { $0.name == name } ?? false }

    /// Whether a field is a Boolean, whose option needs no value.
    func isBoolean(_ path: String) -> Bool { field(path)?.type == "bool" }

    /// Sets a field.
    ///
    /// - Parameters:
    ///   - path: The name; `.` divides the names of nested fields.
    ///   - value: The text; nil for an option without a value.
    /// - Throws: ``CommandError`` if there is no such field, or the text is not a value of its type.
    mutating func set(_ path: String, to value: String?) throws {
        let names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !names.contains(""), names.count <= 16 else {
            throw CommandError("--\(path) is not the name of a field", status: .usage)
        }
        let json: String
        if let shape, !shape.jsonFields.isEmpty {
            guard let field = field(path) else {
                let known = shape.jsonFields.map { "--\($0.name)" }.joined(separator: ", ")
                throw CommandError("the request has no field \(path): it has \(known)", status: .usage)
            }
            json = try Self.json(value ?? "true", as: field.type, path)
        } else {
            json = Self.guess(value ?? "true")
        }
        root.set(names[...], to: json)
    }

    /// The request as JSON.
    var json: String { root.json }

    private func field(_ path: String) -> ValueShape? {
        path.split(separator: ".").reduce(shape) { shape, name in shape?.jsonFields.first { $0.name == name } }
    }

    /// A text as JSON of a type.
    private static func json(_ text: String, as type: String, _ path: String) throws -> String {
        if type.hasPrefix("[]") {
            if text.hasPrefix("["), JSONText.isValid(Array(text.utf8)) { return text }
            let element = String(type.dropFirst(2))
            // Bytes are text in Base64.
            guard element != "uint8", element != "byte" else { return JSONText.quoted(text) }
            let elements = text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false)
            return "[\(try elements.map { try json(String($0), as: element, path) }.joined(separator: ","))]"
        }
        switch type {
        case "string": return JSONText.quoted(text)
        case "bool" where text == "true" || text == "false": return text
        case _ where ShapeType.isInteger(type) && isInteger(text, type): return text
        case "float32", "float64":
            if Double(text)?.isFinite == true, JSONText.isValid(Array(text.utf8)) { return text }
        case _ where ShapeType.isInteger(type) || type == "bool": break
        default:
            if JSONText.isValid(Array(text.utf8)) { return text }
        }
        throw CommandError("--\(path)=\(text) is not a valid \(type)", status: .usage)
    }

    private static func isInteger(_ text: String, _ type: String) -> Bool {
        type.hasPrefix("u") || type == "byte"
            ? UInt64(text) != nil && !text.hasPrefix("+")
            : Int64(text) != nil && !text.hasPrefix("+")
    }

    /// A text as JSON without a shape: as it is if it is a number, a Boolean, a list or an object, else as a string.
    private static func guess(_ text: String) -> String {
        JSONText.isValid(Array(text.utf8)) ? text : JSONText.quoted(text)
    }
}

/// An object that is made field by field.
private struct FieldTree {
    private var names: [String] = []
    private var values: [String: String] = [:]
    private var objects: [String: FieldTree] = [:]

    mutating func set(_ path: ArraySlice<String>, to json: String) {
        guard let name = path.first else { return }
        if !names.contains(name) { names.append(name) }
        if path.count == 1 {
            values[name] = json
        } else {
            objects[name, default: FieldTree()].set(path.dropFirst(), to: json)
        }
    }

    var json: String {
        let members = names.map { "\(JSONText.quoted($0)):\(objects[$0]?.json ?? values[$0] ?? "null")" }
        return "{\(members.joined(separator: ","))}"
    }
}
