// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// A response of a server.
struct HTTPServerResponse: Sendable {
    private var status = 200
    private var contentType = ""
    private var id: String?
    /// The text of `Micro-Error`.
    private var error: String?
    private var opensStream = false
    private var headers = Headers()
    var body = ByteBuffer()

    /// The response of a handler.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `payloadTooLarge`, or with `internal` if its headers cannot be sent.
    init(_ response: TransportResponse, id: String?, limits: HTTPConfiguration) throws(MicroError) {
        do {
            let origin = MicroError.Origin.server
            try HTTPFieldWriter.checkBody(response.body, of: "response", limit: limits.maxBodySize, origin: origin)
            if !response.contentType.isEmpty {
                try HTTPFieldWriter.check(response.contentType, as: "Content-Type", origin: origin)
            }
            var written = ByteBuffer()
            try HTTPFieldWriter.write(
                response.headers, to: &written, reservedSize: response.contentType.utf8.count + 128,
                limit: limits.maxHeaderSize, origin: origin)
        } catch {
            let code = error.code == .payloadTooLarge ? error.code : .internal
            throw MicroError(code, "the response cannot be sent: \(error.message)", origin: error.origin, cause: error)
        }
        (contentType, self.id, headers, body) = (response.contentType, id, response.headers, response.body)
    }

    /// An error of a service: in `Micro-Error`, with the status 200, as go-micro sends it.
    ///
    /// - Parameter body: The same error for peers that do not read the header.
    init(_ error: MicroError, contentType: String, id: String?, body: ByteBuffer = ByteBuffer()) {
        (self.contentType, self.id, self.error, self.body) = (contentType, id, error.wireText, body)
    }

    /// The response to a request that is not a call. The body also contains the error, for clients that ignore the
    /// header.
    init(_ refusal: HTTPStatusError) {
        (status, contentType, error) = (refusal.status, "application/json", refusal.error.wireText)
        body = ByteBuffer(string: refusal.error.wireText + "\n")
    }

    /// The response to the opening of a stream, for swift-micro peers.
    init(openingOf contentType: String) { (self.contentType, opensStream) = (contentType, true) }

    /// A message of a stream. Its size has been checked.
    init(message: ByteBuffer, contentType: String) { (self.contentType, body) = (contentType, message) }

    /// The end of a stream.
    init(endOf contentType: String) { (self.contentType, error) = (contentType, GoMicroHeaders.endOfStream) }

    /// Writes the head, including the length of the body.
    ///
    /// - Parameter isLast: Whether the connection is closed after the response.
    func writeHead(to buffer: inout ByteBuffer, isLast: Bool) {
        if status == 200 {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.writeString("HTTP/1.1 \(status) \(StatusText.reasonPhrase(of: status))\r\n")
        }
        // The fields that are equal in all responses come first: swift-micro peers compare them instead of parsing
        // them.
        if !contentType.isEmpty { HTTPFieldWriter.write("Content-Type", contentType, to: &buffer) }
        if let id {
            HTTPFieldWriter.write("Micro-Id", id, to: &buffer)
            HTTPFieldWriter.write("X-Micro-Id", id, to: &buffer)
        }
        if let error {
            HTTPFieldWriter.write("Micro-Error", error, to: &buffer)
            HTTPFieldWriter.write("X-Micro-Error", error, to: &buffer)
        }
        if opensStream {
            HTTPFieldWriter.write(HTTPStreamOpening.headerName, HTTPStreamOpening.headerValue, to: &buffer)
        }
        if status == 405 { buffer.writeStaticString("Allow: POST\r\n") }
        for (name, value) in headers { HTTPFieldWriter.write(name, value, to: &buffer) }
        buffer.writeContentLength(body.readableBytes, isLast: isLast)
    }
}
