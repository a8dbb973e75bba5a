// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// JSON-RPC to an app, in a form that servers of version 1.0 and of version 2.0 read: an array with the message as
/// parameters, and the member `jsonrpc`, which 1.0 ignores. Messages are passed on byte by byte.
enum AppJSONRPC {
    /// A request.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` if the message is neither empty nor one JSON value.
    static func request(_ message: ByteBuffer, method: String) throws -> ByteBuffer {
        guard message.readableBytes == 0 || JSONSlices.isOneValue(message) else {
            throw MicroError(
                .invalidArgument, "the message for \(method) is not one JSON value", origin: MicroError.Origin.server)
        }
        var request = ByteBuffer(string: #"{"jsonrpc":"2.0","id":1,"method":"#)
        request.writeJSONString(method)
        request.writeString(#","params":["#)
        if message.readableBytes > 0 { request.writeImmutableBuffer(message) } else { request.writeString("{}") }
        request.writeString("]}")
        return request
    }

    /// The result of a response: any JSON value.
    ///
    /// - Throws: ``MicroCore/MicroError``: the error in the response, or `internal` if it is not JSON-RPC.
    static func result(of response: ByteBuffer, service: String) throws -> ByteBuffer {
        guard let (message, error) = JSONRPCEnvelope.readResponse(response) else {
            throw MicroError(.internal, "\(service) responded with neither a result nor an error", origin: service)
        }
        if let error, !error.isEmpty { throw MicroError(wireText: error, origin: service) }
        return message
    }
}
