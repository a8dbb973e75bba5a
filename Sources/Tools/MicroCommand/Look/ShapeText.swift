// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The text of a shape: one field per line, with its name and type.
enum ShapeText {
    /// The maximum depth that is shown: shapes come from outside.
    private static let maxDepth = 8

    /// `{}` for a shape without fields.
    static func text(of shape: ValueShape?) -> String {
        guard let shape, !shape.values.isEmpty else { return "{}" }
        return "{\n" + fields(of: shape, depth: 1) + "}"
    }

    private static func fields(of shape: ValueShape, depth: Int) -> String {
        let indent = String(repeating: "\t", count: depth)
        return shape.values.map { field in
            let head = "\(indent)\(clean(field.name)) \(clean(field.type))"
            guard !field.values.isEmpty, depth < maxDepth else { return head + "\n" }
            return "\(head) {\n\(fields(of: field, depth: depth + 1))\(indent)}\n"
        }.joined()
    }

    /// A name without line breaks, which would look like further fields.
    private static func clean(_ name: String) -> String { TerminalText.escaped(name, maxLength: 256) }
}
