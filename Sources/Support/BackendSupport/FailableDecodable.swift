// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An element of an answer that may be unreadable without spoiling the others.
package struct FailableDecodable<Value: Decodable>: Decodable {
    /// Nil when it is not what was expected.
    package let value: Value?

    /// Reads what is there.
    package init(from decoder: any Decoder) throws { value = try? Value(from: decoder) }
}

extension FailableDecodable: Sendable where Value: Sendable {}
