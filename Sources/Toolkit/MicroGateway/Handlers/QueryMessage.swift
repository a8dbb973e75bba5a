// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Makes a JSON message of the query and the path variables of a request.
///
/// A value has the type of its field in the shape that the service has registered. Without a shape, numbers, booleans and
/// `null` are those of JSON, as in go-micro, and everything else is a string.
///
/// `a=1&b[c]=2&b.d=3&e[]=4&e[]=5` is `{"a":1,"b":{"c":2,"d":3},"e":[4,5]}`. A name without a value is `true` for a boolean
/// and an empty string otherwise.
struct QueryMessage {
    /// The number of parameters and the depth of names that are accepted.
    private static let (maxParameters, maxDepth) = (256, 8)

    private(set) var root = JSONNode.object([])
    private let shape: ValueShape?

    init(shape: ValueShape?) { self.shape = shape }

    /// Adds the parameters of a query (application/x-www-form-urlencoded,
    /// [URL, section 5.1](https://url.spec.whatwg.org/#urlencoded-parsing)).
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` and the name of the parameter.
    mutating func add(query: String) throws {
        let parameters = query.split(separator: "&")
        guard parameters.count <= Self.maxParameters else {
            throw MicroError(.invalidArgument, "the query has more than \(Self.maxParameters) parameters")
        }
        for parameter in parameters {
            let halves = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(halves[0])
            try add(name, halves.count == 2 ? try Self.decode(halves[1]) : nil)
        }
    }

    /// Adds a value under a name such as `a`, `a.b`, `a[b]` or `a[]`.
    mutating func add(_ name: String, _ value: String?) throws {
        let path = name.replacing("]", with: "").split(whereSeparator: { $0 == "[" || $0 == "." }).map(String.init)
        guard !path.isEmpty, path.count <= Self.maxDepth else {
            throw MicroError(.invalidArgument, "\"\(name.prefix(64))\" is not the name of a parameter")
        }
        root = try insert(value, name, path[...], into: root, shape, isList: name.hasSuffix("[]"))
    }

    private func insert(
        _ value: String?, _ name: String, _ path: ArraySlice<String>, into node: JSONNode, _ shape: ValueShape?,
        isList: Bool
    ) throws -> JSONNode {
        guard let field = path.first else { return node }
        let fieldShape = shape?.values.first { $0.name == field }
        var node = node
        let existing = node.member(field)
        guard path.count == 1 else {
            let inner = existing ?? .object([])
            node.set(field, try insert(value, name, path.dropFirst(), into: inner, fieldShape, isList: isList))
            return node
        }
        let type = fieldShape?.type
        let elementType = type.map { $0.hasPrefix("[]") ? String($0.dropFirst(2)) : $0 }
        let converted = try Self.convert(value, to: elementType, name)
        if let existing {
            node.set(field, existing.appending(converted))
        } else {
            node.set(field, isList || type?.hasPrefix("[]") == true ? .array([converted]) : converted)
        }
        return node
    }

    /// Converts a value to Go's type of a field.
    private static func convert(_ value: String?, to type: String?, _ name: String) throws -> JSONNode {
        guard let value else { return type == nil || type == "bool" ? .text("true") : .string("") }
        switch type {
        case nil: return isPlainJSON(value) ? .text(value) : .string(value)
        case "string"?: return .string(value)
        case "bool"?:
            guard let flag = ["true": true, "1": true, "false": false, "0": false][value] else {
                throw invalid(name, "a boolean")
            }
            return .text(String(flag))
        case "float32"?, "float64"?:
            guard let number = Double(value), number.isFinite else { throw invalid(name, "a number") }
            return .text(isPlainJSON(value) ? value : String(number))
        case let type? where type.hasPrefix("int"):
            guard let number = Int64(value) else { throw invalid(name, "an integer") }
            return .text(String(number))
        case let type? where type.hasPrefix("uint"):
            guard let number = UInt64(value) else { throw invalid(name, "a positive integer") }
            return .text(String(number))
        default: return .string(value)
        }
    }

    /// Whether a text is a number of JSON, a boolean or `null`.
    private static func isPlainJSON(_ value: String) -> Bool {
        ["true", "false", "null"].contains(value)
            || value.wholeMatch(of: /-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?/) != nil
                && Double(value)?.isFinite == true
    }

    private static func decode(_ text: Substring) throws -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else {
                    throw MicroError(.invalidArgument, "the query is not valid: a percent sign without two digits")
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw MicroError(.invalidArgument, "the query is not valid: it is not UTF-8")
        }
        return text
    }

    private static func invalid(_ name: String, _ kind: String) -> MicroError {
        MicroError(.invalidArgument, "the value of \"\(name.prefix(64))\" is not \(kind)")
    }
}

extension UInt8 {
    fileprivate var hexValue: UInt8? { Character(Unicode.Scalar(self)).hexDigitValue.map(UInt8.init) }
}
