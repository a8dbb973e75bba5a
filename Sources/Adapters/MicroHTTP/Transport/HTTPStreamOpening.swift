// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// How a client opens a stream, and what each of its messages begins with.
struct HTTPStreamOpening: Sendable {
    let request: TransportRequest
    let address: Address
    private let head: ByteBuffer

    /// - Throws: ``MicroError``; nothing was sent.
    init(
        _ request: TransportRequest, to address: Address, in dialect: some HTTPDialect, limits: HTTPConfiguration
    ) throws {
        try HTTPCall.check(address)
        self.request = request
        self.address = address
        var head = ByteBuffer()
        try dialect.writeHead(of: request, to: address, id: nil, limits: limits, &head)
        self.head = head
        guard request.deadline > .now else { throw HTTPCall.tooLate(request, at: address, wasSent: false) }
    }

    func request(_ message: ByteBuffer) -> (ByteBuffer, ByteBuffer?) {
        var request = head
        request.writeStaticString("Content-Length: ")
        request.writeDecimal(message.readableBytes)
        request.writeStaticString("\r\n\r\n")
        return request.followed(by: message)
    }

    func end() -> ByteBuffer {
        var request = head
        for (name, value) in CallFields.error(CallFields.endOfStream) { HTTPWire.write(name, value, to: &request) }
        request.writeStaticString("Content-Length: 0\r\n\r\n")
        return request
    }
}
