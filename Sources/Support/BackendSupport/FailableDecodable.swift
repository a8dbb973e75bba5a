// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An element of a response that may be unreadable without making the whole response unreadable.
package struct FailableDecodable<Value: Decodable>: Decodable {
    /// The element; nil if it has another form.
    package let value: Value?

    /// Decodes the element, without failing.
    package init(from decoder: any Decoder) throws { value = try? Value(from: decoder) }
}

extension FailableDecodable: Sendable where Value: Sendable {}
