// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The responses to one call of JSON-RPC 2.0 (https://www.jsonrpc.org/specification).
struct JSONRPC2: Sendable {
    /// The ID of the call as JSON; nil for a notification, whose response is empty.
    let id: ByteBuffer?

    /// The response with a result.
    func wrapped(_ message: ByteBuffer) -> ByteBuffer {
        let result = message.readableBytes > 0 ? message.withoutTrailingNewline : ByteBuffer(string: "null")
        return response("result", result)
    }

    /// The response with an error, whose `data` is go-micro's JSON of the error.
    func wrapped(_ error: MicroError) -> ByteBuffer {
        let message = ByteBuffer(json: error.message) ?? ByteBuffer(string: #""""#)
        var value = ByteBuffer(string: #"{"code":\#(Self.code(of: error)),"message":"#)
        value.writeImmutableBuffer(message.withoutTrailingNewline)
        value.writeString(#","data":\#(error.wireText)}"#)
        return response("error", value)
    }

    private func response(_ member: String, _ value: ByteBuffer) -> ByteBuffer {
        guard let id else { return ByteBuffer() }
        var response = ByteBuffer(string: #"{"jsonrpc":"2.0","id":"#)
        response.writeImmutableBuffer(id.withoutTrailingNewline)
        response.writeString(#","\#(member)":"#)
        response.writeImmutableBuffer(value)
        response.writeString("}\n")
        return response
    }

    /// The error code of the specification, section 5.1. Errors without a code of their own there get -32000, which the
    /// specification reserves for implementations.
    private static func code(of error: MicroError) -> Int {
        switch error.code {
        case .notFound where MicroError.Origin.isToolkit(error.origin): -32601
        case .invalidArgument where MicroError.Origin.isToolkit(error.origin): -32602
        case .internal: -32603
        default: -32000
        }
    }
}
