// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Fields that the HTTP library has no name for.
extension HTTPFields {
    /// All values of a field, in their order.
    func values(of name: String) -> [String] {
        let name = name.lowercased()
        return compactMap { $0.name.canonicalName == name ? $0.value : nil }
    }

    /// Sets the only value of a field. A text that is no name of a field changes nothing.
    mutating func set(_ name: String, _ value: String) {
        guard let name = HTTPField.Name(name) else { return }
        self[name] = value
    }
}
