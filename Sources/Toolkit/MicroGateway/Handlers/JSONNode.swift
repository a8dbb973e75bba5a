// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A JSON value that is built from the parts of a URL.
indirect enum JSONNode {
    case object([(name: String, value: JSONNode)])
    case array([JSONNode])
    /// The JSON text of a value, passed on as it is.
    case text(String)

    /// A JSON string.
    static func string(_ value: String) -> JSONNode { .text(quoted(value)) }

    /// The JSON text.
    var json: String {
        switch self {
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.name)):\($0.value.json)" }.joined(separator: ",") + "}"
        case .array(let elements): "[" + elements.map(\.json).joined(separator: ",") + "]"
        case .text(let text): text
        }
    }

    /// Sets a member of an object, which replaces another one of the same name; other values become an object.
    mutating func set(_ name: String, _ value: JSONNode) {
        var members: [(name: String, value: JSONNode)] = []
        if case .object(let existing) = self { members = existing.filter { $0.name != name } }
        self = .object(members + [(name, value)])
    }

    /// The member of an object.
    func member(_ name: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// Appends a value to an array; another value becomes the first element.
    func appending(_ value: JSONNode) -> JSONNode {
        if case .array(let elements) = self { .array(elements + [value]) } else { .array([self, value]) }
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let data = try? encoder.encode(text) else { return "\"\"" }
        return String(decoding: data, as: UTF8.self)
    }
}
