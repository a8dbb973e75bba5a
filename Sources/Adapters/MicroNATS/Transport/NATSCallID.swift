// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire

/// The ID that a client has given to a call, which its reply repeats under the names that the client used: `Micro-Id`, or
/// `Micro-ID` in go-micro v4 and later. JSON keys are case-sensitive.
struct NATSCallID: Sendable {
    private static let defaultName = "Micro-Id"

    /// Nil if the client sent none.
    var value: String?
    /// The name without `X-`.
    var name = defaultName

    /// The fields of the reply.
    var fields: GoMicroHeaders.Fields {
        guard let value, !value.isEmpty else { return [] }
        return [(name, value), ("X-" + name, value)]
    }
}

extension NATSCallID {
    /// Finds the spelling of the name among received fields.
    init(_ value: String?, in fields: some Sequence<(name: String, value: String)>) {
        self.value = value
        guard value != nil else { return }
        for (name, _) in fields where name.utf8.count <= 10 && name.lowercased().hasSuffix("micro-id") {
            self.name = name.lowercased().hasPrefix("x-") ? String(name.dropFirst(2)) : name
            return
        }
    }
}
