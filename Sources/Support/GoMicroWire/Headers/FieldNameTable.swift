// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A table of header names, searched without regard to ASCII case and without allocating. Its result is an index, which
/// avoids generic code that other modules would run unspecialized.
///
/// Names are grouped by length, so that most names that are not in the table are recognized without a comparison.
package struct FieldNameTable: Sendable {
    /// The names of one length.
    private struct Group {
        /// The names one after another, in lower case.
        var bytes: [UInt8] = []
        /// Their indices.
        var indices: [Int] = []
    }

    private let groupsByLength: [Group]

    /// Creates a table.
    ///
    /// - Parameter names: Each name once, in any case.
    package init(_ names: some Sequence<String>) {
        var groups: [Group] = []
        for (index, name) in names.enumerated() {
            let length = name.utf8.count
            while groups.count <= length { groups.append(Group()) }
            groups[length].bytes += name.utf8.map(\.asciiLowercased)
            groups[length].indices.append(index)
        }
        groupsByLength = groups
    }

    /// The index of a name; nil if the table does not contain it.
    package subscript(name: UnsafeRawBufferPointer) -> Int? {
        let length = name.count
        guard length > 0, length < groupsByLength.count else { return nil }
        return groupsByLength[length].bytes.withUnsafeBytes { known in
            var start = 0
            while start < known.count {
                var count = 0
                while count < length, name[count].asciiLowercased == known[start + count] { count += 1 }
                if count == length { return groupsByLength[length].indices[start / length] }
                start += length
            }
            return nil
        }
    }

    /// The index of a name; nil if the table does not contain it.
    package subscript(name: String) -> Int? {
        var name = name
        return name.withUTF8 { self[UnsafeRawBufferPointer($0)] }
    }
}
