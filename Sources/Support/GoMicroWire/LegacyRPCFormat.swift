// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// The envelope of a request in the protocol before 1.0, and what its response has to repeat.
enum LegacyRPCFormat: Sendable {
    /// `application/proto-rpc`
    case protobuf(sequence: UInt64)
    /// `application/json-rpc` (https://www.jsonrpc.org/specification_v1), with one parameter.
    case json(id: ByteBuffer)

    /// An opened envelope.
    struct Content: Sendable {
        var method: String?
        var message: ByteBuffer
        var error: String?
    }

    /// Opens the envelope of a request.
    ///
    /// v0.14 sends it as `application/protobuf`, `application/octet-stream` or `application/json` without headers; with an
    /// endpoint in the headers, these are messages without an envelope.
    ///
    /// - Returns: Nil if the request has no envelope; no content if the envelope cannot be read.
    static func open(_ request: TransportRequest) -> (format: LegacyRPCFormat, content: Content?)? {
        // Most requests have none.
        guard request.contentType.utf8.last == UInt8(ascii: "c") || request.endpoint.isEmpty else { return nil }
        switch request.contentType {
        case "application/proto-rpc", "application/protobuf", "application/octet-stream":
            let unwrapped = ProtoRPCHeader.unwrapped(request.body)
            return (
                .protobuf(sequence: unwrapped?.0.sequence ?? 0),
                unwrapped.map { Content(method: $0.method, message: $1, error: $0.error) }
            )
        case "application/json-rpc", "application/json":
            let call = request.body.jsonObject ?? [:]
            let id = call["id"].flatMap(ByteBuffer.init(json:)) ?? ByteBuffer(string: "null")
            let parameters = call["params"] as? [Any] ?? []
            let message = parameters.count == 1 ? ByteBuffer(json: parameters[0]) : nil
            return (
                .json(id: id),
                message.map {
                    Content(method: call["method"] as? String, message: $0, error: call["error"] as? String)
                }
            )
        default: return nil
        }
    }

    /// The media type of the message in the envelope.
    var messageContentType: String {
        switch self {
        case .protobuf: "application/protobuf"
        case .json: "application/json"
        }
    }

    /// Makes the envelope of a response.
    ///
    /// - Parameter method: v0.14 repeats that of the request, v1.0 sends none.
    func wrapped(_ message: ByteBuffer, error: String?, method: String = "") -> ByteBuffer {
        switch self {
        case .protobuf(let sequence):
            return ProtoRPCHeader(method: method, sequence: sequence, error: error ?? "").wrapped(message)
        case .json(let id):
            let parts: [ByteBuffer?] = [
                ByteBuffer(string: #"{"id":"#), id, ByteBuffer(string: #","result":"#),
                message.readableBytes > 0 ? message.withoutTrailingNewline : ByteBuffer(string: "null"),
                ByteBuffer(string: #","error":"#), ByteBuffer(json: error ?? NSNull()), ByteBuffer(string: "}\n"),
            ]
            return parts.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1 ?? ByteBuffer()) }
        }
    }
}
