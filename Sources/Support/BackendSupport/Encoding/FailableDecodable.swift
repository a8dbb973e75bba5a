// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An element of a response. If it cannot be decoded, the rest of the response still can.
package struct FailableDecodable<Value: Decodable>: Decodable {
    /// The element; nil if it cannot be decoded.
    package let value: Value?

    /// Decodes the element, without failing.
    package init(from decoder: any Decoder) throws { value = try? Value(from: decoder) }
}

extension FailableDecodable: Sendable where Value: Sendable {}
