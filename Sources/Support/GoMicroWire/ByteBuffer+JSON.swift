// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore

extension ByteBuffer {
    /// A value of `JSONSerialization`; nil for what is none.
    init?(json value: Any) {
        let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .withoutEscapingSlashes]
        guard let data = try? JSONSerialization.data(withJSONObject: value, options: options) else { return nil }
        self.init(bytes: data)
    }

    /// The object that is written in it; nil if it is none.
    var jsonObject: [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(readableBytesView)) as? [String: Any]
    }

    /// Without the line feed that Go ends its JSON with.
    var withoutNewline: ByteBuffer {
        guard readableBytesView.last == UInt8(ascii: "\n") else { return self }
        return getSlice(at: readerIndex, length: readableBytes - 1) ?? self
    }
}
