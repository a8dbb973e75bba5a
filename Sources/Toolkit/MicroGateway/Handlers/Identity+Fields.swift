// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import MicroEdge

extension Identity {
    /// The identity for a service: `X-Micro-Identity` with the name, and `X-Micro-Identity-Scope` with the attribute `scope`. An
    /// attribute whose name or value cannot be that of a header field is left out.
    ///
    /// Fields of these names that a client sends are dropped.
    var fields: [(name: String, value: String)] {
        [("X-Micro-Identity", name)]
            + attributes.sorted { $0.key < $1.key }.compactMap { name, value in
                let field = "X-Micro-Identity-\(name.prefix(1).uppercased())\(name.dropFirst())"
                let isValid = !name.contains("_") && HTTPField.Name(field) != nil && HTTPField.isValidValue(value)
                return isValid ? (field, value) : nil
            }
    }
}
