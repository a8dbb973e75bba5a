// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Access to fields by name as text.
extension HTTPFields {
    /// All values of a field, in their order.
    func values(of name: String) -> [String] {
        let name = name.lowercased()
        return compactMap { $0.name.canonicalName == name ? $0.value : nil }
    }

    /// Sets a field, replacing all its values. Does nothing if the name is not a valid field name.
    mutating func set(_ name: String, _ value: String) {
        guard let name = HTTPField.Name(name) else { return }
        self[name] = value
    }
}
