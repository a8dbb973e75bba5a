// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
package import NIOCore

/// The JSON envelope of go-micro's protocol before v1.0: JSON-RPC 1.0 (https://www.jsonrpc.org/specification_v1) with one
/// parameter. Messages are forwarded unchanged.
package enum JSONRPCEnvelope {
    /// The members of a request that are needed for its response and its handler.
    struct Request {
        var id = ByteBuffer(string: "null")
        var method: String?
        var error: String?
        /// Writes the response if the request is JSON-RPC 2.0; nil for version 1.0.
        var jsonRPC2: JSONRPC2?
        /// `invalidArgument` if the bytes are not a valid request.
        var message: Result<ByteBuffer, MicroError>
    }

    /// Reads a request.
    static func readRequest(_ bytes: ByteBuffer) -> Request {
        guard let members = JSONSlices.members(of: bytes) else {
            return Request(message: .failure(invalid("the body is not a JSON object, as JSON-RPC requires")))
        }
        let id = value("id", in: members)?.jsonFragment.flatMap(ByteBuffer.init(json:))
        let isVersion2 = value("jsonrpc", in: members).flatMap(JSONSlices.unquoted) == "2.0"
        let parameters = value("params", in: members) ?? (isVersion2 ? ByteBuffer(string: "{}") : nil)
        var request = Request(message: message(inParameters: parameters))
        if let id { request.id = id }
        if isVersion2 { request.jsonRPC2 = JSONRPC2(id: id) }
        request.method = value("method", in: members).flatMap(JSONSlices.unquoted)
        request.error = value("error", in: members)?.jsonFragment as? String
        return request
    }

    /// Writes a JSON-RPC 1.0 request with the number 0 as its ID.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` if the message is not one JSON value.
    static func request(_ message: ByteBuffer, method: String) throws -> ByteBuffer {
        guard JSONSlices.isOneValue(message) else {
            throw MicroError(
                .invalidArgument, "the message for \(method) is not one JSON value",
                origin: MicroError.Origin.client, isSafeToRetry: true)
        }
        var envelope = ByteBuffer(string: #"{"method":"#)
        envelope.writeJSONString(method)
        envelope.writeStaticString(#","params":["#)
        envelope.writeImmutableBuffer(message.withoutTrailingNewline)
        envelope.writeStaticString("],\"id\":0}\n")
        return envelope
    }

    /// Reads a response, whose ID may be a number or a string; nil if it is not a JSON object with a result or an error. The
    /// error object of JSON-RPC 2.0 becomes the text of an error of go-micro.
    package static func readResponse(_ bytes: ByteBuffer) -> (message: ByteBuffer, error: String?)? {
        guard let members = JSONSlices.members(of: bytes) else { return nil }
        let fragment = value("error", in: members)?.jsonFragment
        let error = fragment as? String ?? (fragment as? [String: Any]).map(text(ofError:))
        guard let result = value("result", in: members) ?? error.map({ _ in ByteBuffer() }) else { return nil }
        return (result, error)
    }

    /// Writes a response.
    ///
    /// - Parameter id: The ID of the request, as JSON.
    static func response(_ message: ByteBuffer, error: String?, id: ByteBuffer) -> ByteBuffer {
        var envelope = ByteBuffer(string: #"{"id":"#)
        envelope.writeImmutableBuffer(id)
        envelope.writeStaticString(#","result":"#)
        let result = message.withoutTrailingNewline
        if result.readableBytes > 0 {
            envelope.writeImmutableBuffer(result)
        } else {
            envelope.writeStaticString("null")
        }
        envelope.writeStaticString(#","error":"#)
        if let error { envelope.writeJSONString(error) } else { envelope.writeStaticString("null") }
        envelope.writeStaticString("}\n")
        return envelope
    }

    /// The go-micro error text of an error object (https://www.jsonrpc.org/specification, section 5.1): its `data` if
    /// that is go-micro's error JSON; otherwise an error with its message, and with a code that is derived from its
    /// `code`.
    private static func text(ofError object: [String: Any]) -> String {
        if let data = object["data"] as? [String: Any], data["code"] is Int, let json = ByteBuffer(json: data) {
            return String(buffer: json)
        }
        let message = object["message"] as? String ?? ""
        let code: MicroError.Code =
            switch object["code"] as? Int ?? 0 {
            case -32601: .notFound
            case -32600, -32602, -32700: .invalidArgument
            case let status where (400..<600).contains(status): MicroError.Code(status: status)
            default: .internal
            }
        return MicroError(code, message).wireText
    }

    /// The message in `params`: an object, as in JSON-RPC 2.0, or the element of an array, as in 1.0.
    private static func message(inParameters parameters: ByteBuffer?) -> Result<ByteBuffer, MicroError> {
        let expectation = "send the message as an object, or as the only element of an array"
        guard let parameters else { return .failure(invalid("params is missing: \(expectation)")) }
        if parameters.readableBytesView.first == UInt8(ascii: "{") { return .success(parameters) }
        guard let elements = JSONSlices.elements(of: parameters) else {
            return .failure(invalid("params is neither an object nor an array: \(expectation)"))
        }
        guard let message = elements.first, elements.count == 1 else {
            return .failure(invalid("params has \(elements.count) elements: \(expectation)"))
        }
        return .success(message)
    }

    /// The value of a member. The last of several duplicate keys is used, as in Go.
    private static func value(_ key: String, in members: [(key: String, value: ByteBuffer)]) -> ByteBuffer? {
        members.last { $0.key == key }?.value
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.server)
    }
}
