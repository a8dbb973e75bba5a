// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A table of header names, searched without regard to ASCII case and without allocating.
///
/// Names are grouped by length, so that most names that are not in the table are recognized without a comparison.
package struct FieldNameTable<Name: Sendable>: Sendable {
    @usableFromInline typealias Entry = (text: [UInt8], name: Name)

    @usableFromInline let entriesByLength: [[Entry]]

    /// Creates a table.
    ///
    /// - Parameter names: Each name once, in any case, and what it stands for.
    package init(_ names: some Sequence<(text: String, name: Name)>) {
        let entries = names.map { Entry(text: $0.text.utf8.map(\.asciiLowercased), name: $0.name) }
        let byLength = Dictionary(grouping: entries) { $0.text.count }
        entriesByLength = (0...(byLength.keys.max() ?? 0)).map { byLength[$0] ?? [] }
    }

    /// Looks up the bytes of a name; nil if the table does not have it.
    @inlinable
    package subscript(text: UnsafeRawBufferPointer) -> Name? {
        guard text.count < entriesByLength.count else { return nil }
        for entry in entriesByLength[text.count] where zip(text, entry.text).allSatisfy({ $0.asciiLowercased == $1 }) {
            return entry.name
        }
        return nil
    }

    /// Looks up a name; nil if the table does not have it.
    @inlinable
    package subscript(text: String) -> Name? {
        guard text.utf8.count < entriesByLength.count, !entriesByLength[text.utf8.count].isEmpty else { return nil }
        var text = text
        return text.withUTF8 { self[UnsafeRawBufferPointer($0)] }
    }
}
