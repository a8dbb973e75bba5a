// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Foundation

extension JSONEncoder {
    /// Encodes equal values to equal bytes, with slashes unescaped, so that stored records can be compared.
    package static var stable: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

extension JSONDecoder {
    /// Decodes a response body.
    package func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try decode(type, from: Data(bytes))
    }
}
