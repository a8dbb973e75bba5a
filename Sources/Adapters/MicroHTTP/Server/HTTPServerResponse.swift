// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// What a server answers.
struct HTTPResponseHead: Sendable {
    private var status = 200
    private var contentType = ""
    private var id: String?
    /// go-micro's, for a header.
    private var error: String?
    private var headers = Headers()
    var body = ByteBuffer()

    /// The answer of a handler.
    ///
    /// - Throws: ``MicroError`` when it breaks the rules: for the caller that is `internal`, or `payloadTooLarge`.
    init(_ response: TransportResponse, id: String?, limits: HTTPConfiguration) throws(MicroError) {
        do {
            let origin = MicroError.Origin.server
            try HTTPMessageEncoding.checkBody(response.body, of: "response", limit: limits.maxBodySize, origin: origin)
            if !response.contentType.isEmpty {
                try HTTPMessageEncoding.check(response.contentType, as: "Content-Type", origin: origin)
            }
            var written = ByteBuffer()
            try HTTPMessageEncoding.write(
                response.headers, to: &written, reservedSize: response.contentType.utf8.count + 128,
                limit: limits.maxHeaderSize, origin: origin)
        } catch {
            let code = error.code == .payloadTooLarge ? error.code : .internal
            throw MicroError(code, "the response cannot be sent: \(error.message)", origin: error.origin, cause: error)
        }
        (contentType, self.id, headers, body) = (response.contentType, id, response.headers, response.body)
    }

    /// An error of a service: go-micro's, in the header, with the status 200.
    init(_ error: MicroError, contentType: String, id: String?) {
        (self.contentType, self.id, self.error) = (contentType, id, error.wireText)
    }

    /// The answer to what is no call: the error once more in the body, for whoever is on the other side.
    init(_ refusal: HTTPStatusError) {
        (status, contentType, error) = (refusal.status, "application/json", refusal.error.wireText)
        body = ByteBuffer(string: refusal.error.wireText + "\n")
    }

    /// A message of a stream, whose body was checked.
    init(message: ByteBuffer, contentType: String) { (self.contentType, body) = (contentType, message) }

    /// The end of a stream.
    init(endOf contentType: String) { (self.contentType, error) = (contentType, GoMicroHeaders.endOfStream) }

    /// Writes everything but the body.
    ///
    /// - Parameter isLast: Whether the connection is closed behind it.
    func writeHead(to buffer: inout ByteBuffer, isLast: Bool) {
        if status == 200 {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.writeString("HTTP/1.1 \(status) \(HTTPMessageEncoding.reason(of: status))\r\n")
        }
        // First what is the same for all answers: peers of this toolkit read it by comparing.
        if !contentType.isEmpty { HTTPMessageEncoding.write("Content-Type", contentType, to: &buffer) }
        if let id {
            HTTPMessageEncoding.write("Micro-Id", id, to: &buffer)
            HTTPMessageEncoding.write("X-Micro-Id", id, to: &buffer)
        }
        if let error {
            HTTPMessageEncoding.write("Micro-Error", error, to: &buffer)
            HTTPMessageEncoding.write("X-Micro-Error", error, to: &buffer)
        }
        if status == 405 { buffer.writeStaticString("Allow: POST\r\n") }
        for (name, value) in headers { HTTPMessageEncoding.write(name, value, to: &buffer) }
        buffer.writeStaticString("Content-Length: ")
        buffer.writeDecimal(body.readableBytes)
        buffer.writeStaticString(isLast ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
    }
}

/// Why a message is no call at all, with the HTTP status for it.
struct HTTPStatusError: Error {
    let status: Int
    let error: MicroError

    init(_ status: Int, _ code: MicroError.Code, _ message: String) {
        self.status = status
        error = MicroError(code, message, origin: MicroError.Origin.server)
    }

    /// With the status of the error's code.
    init(_ error: MicroError) {
        status = error.code.status
        self.error = error
    }
}
