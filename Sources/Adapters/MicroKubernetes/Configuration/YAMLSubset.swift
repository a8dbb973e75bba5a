// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A value of a YAML file. Supports the part of YAML that kubectl, gcloud, k3s and kind write: block mappings and
/// sequences, plain and quoted scalars that may continue on further lines, flow sequences of scalars, and JSON. Anchors,
/// tags, block scalars, flow mappings and several documents are not read.
enum YAMLSubset: Sendable, Equatable {
    case null
    case scalar(String)
    case sequence([YAMLSubset])
    case mapping([String: YAMLSubset])

    /// The maximum size of a file, in bytes.
    private static let maxSize = 1024 * 1024

    /// Reads a text; nil if it is not in the subset.
    static func parse(_ text: String) -> YAMLSubset? {
        guard text.utf8.count <= maxSize else { return nil }
        if text.first(where: { !$0.isWhitespace }) == "{" { return json(text) }
        guard let lines = YAMLLines(text) else { return nil }
        var parser = YAMLBlockParser(lines: lines.lines[...])
        guard let value = parser.value(indentation: 0, depth: 0), parser.lines.isEmpty else { return nil }
        return value
    }

    /// The value of a key; null if there is none.
    subscript(key: String) -> YAMLSubset {
        if case .mapping(let entries) = self { entries[key] ?? .null } else { .null }
    }

    /// The text of a non-empty scalar.
    var string: String? {
        if case .scalar(let text) = self, !text.isEmpty { text } else { nil }
    }

    /// The element of a sequence whose `name` is a text.
    func named(_ name: String) -> YAMLSubset? {
        guard case .sequence(let elements) = self else { return nil }
        return elements.first { $0["name"].string == name }
    }

    private static func json(_ text: String) -> YAMLSubset? {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) else { return nil }
        return value.value
    }
}

/// A value of JSON.
private struct JSONValue: Decodable {
    let value: YAMLSubset

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .null
        } else if let flag = try? container.decode(Bool.self) {
            value = .scalar("\(flag)")
        } else if let text = try? container.decode(String.self) {
            value = .scalar(text)
        } else if let number = try? container.decode(Double.self) {
            value = .scalar("\(number)")
        } else if let elements = try? container.decode([JSONValue].self) {
            value = .sequence(elements.map(\.value))
        } else {
            value = .mapping(try container.decode([String: JSONValue].self).mapValues(\.value))
        }
    }
}
