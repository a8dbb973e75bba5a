// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore
import NIOCore

/// The format of a response.
enum ResponseFormat: String, ExpressibleByArgument, CaseIterable {
    /// Indented JSON; another media type as text.
    case json
    /// As received.
    case raw
    /// The same as `json`.
    case text
}

/// Writes responses.
enum CallResponseText {
    /// Writes one response.
    static func write(_ body: ByteBuffer, _ format: ResponseFormat) throws {
        let bytes = Array(body.readableBytesView)
        guard format != .raw else { return try Console.standard.raw(bytes) }
        if let text = JSONText.indented(bytes) { return try Console.standard.json(text: text) }
        try Console.standard.raw(bytes)
        if bytes.last != UInt8(ascii: "\n"), !Console.standard.isTerminal { try Console.standard.write("\n") }
    }

    /// The response as a member of other JSON: as it is if it is JSON, else as a string.
    static func json(of body: ByteBuffer) -> String {
        let bytes = Array(body.readableBytesView)
        return JSONText.compact(bytes) ?? JSONText.quoted(String(decoding: bytes, as: UTF8.self))
    }
}
