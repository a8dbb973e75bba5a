// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore

/// The content of a response envelope in the protocol before v1.0.
struct LegacyContent {
    let message: [UInt8]
    let error: String?

    init?(_ body: [UInt8]) {
        if let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any], object["id"] != nil {
            error = object["error"] as? String
            let result = object["result"].flatMap {
                try? JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys, .fragmentsAllowed])
            }
            message = result.map { Array($0) } ?? []
            return
        }
        var bytes = ByteBuffer(bytes: body)
        guard var header = bytes.readLengthPrefixedSlice(as: UInt32.self),
            let message = bytes.readLengthPrefixedSlice(as: UInt32.self), bytes.readableBytes == 0
        else { return nil }
        // Field 3, at the end.
        var error = ""
        while let tag = header.readInteger(as: UInt8.self) {
            if tag == 0x11 {
                header.moveReaderIndex(forwardBy: 8)
            } else {
                var length = 0
                for shift in stride(from: 0, to: 28, by: 7) {
                    guard let byte = header.readInteger(as: UInt8.self) else { return nil }
                    length |= Int(byte & 0x7F) << shift
                    if byte < 0x80 { break }
                }
                let text = header.readString(length: length) ?? ""
                if tag == 0x1A { error = text }
            }
        }
        self.error = error.isEmpty ? nil : error
        self.message = Array(message.readableBytesView)
    }
}
