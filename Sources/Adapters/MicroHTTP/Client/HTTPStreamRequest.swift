// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// How a client opens a stream, and what each of its messages begins with.
struct HTTPStreamRequest: Sendable {
    let request: TransportRequest
    let address: Address
    private let head: ByteBuffer

    /// - Throws: ``MicroError``; nothing was sent.
    init(
        _ request: TransportRequest, to address: Address, in wireFormat: some HTTPWireFormat, limits: HTTPConfiguration
    ) throws {
        try HTTPCall.check(address)
        self.request = request
        self.address = address
        var head = ByteBuffer()
        try wireFormat.writeHead(of: request, to: address, id: nil, limits: limits, &head)
        self.head = head
        guard request.deadline > .now else { throw HTTPCall.deadlineError(request, at: address, wasSent: false) }
    }

    func encode(_ message: ByteBuffer) -> (ByteBuffer, ByteBuffer?) {
        var request = head
        request.writeStaticString("Content-Length: ")
        request.writeDecimal(message.readableBytes)
        request.writeStaticString("\r\n\r\n")
        return request.coalesced(with: message)
    }

    func encodeEnd() -> ByteBuffer {
        var request = head
        for (name, value) in GoMicroHeaders.error(GoMicroHeaders.endOfStream) {
            HTTPMessageEncoding.write(name, value, to: &request)
        }
        request.writeStaticString("Content-Length: 0\r\n\r\n")
        return request
    }
}
