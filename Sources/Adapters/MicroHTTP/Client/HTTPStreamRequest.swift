// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// The request that opens a stream, and the head of each of its messages.
struct HTTPStreamRequest: Sendable {
    let request: TransportRequest
    let address: Address
    private let head: ByteBuffer

    /// - Throws: ``/MicroCore/MicroError``; nothing was sent.
    init(
        _ request: TransportRequest, to address: Address, in wireFormat: some HTTPWireFormat, limits: HTTPConfiguration
    ) throws {
        try address.checkPort()
        self.request = request
        self.address = address
        try HTTPFieldWriter.checkBody(
            request.body, of: "opening request to \(address)", limit: limits.maxBodySize,
            origin: MicroError.Origin.client)
        var head = ByteBuffer()
        try wireFormat.writeHead(of: request, to: address, id: nil, limits: limits, &head)
        self.head = head
        guard request.deadline > .now else {
            throw MicroError.deadlineExceeded(request, at: address, wasSent: false)
        }
    }

    /// A message of the stream.
    func encode(_ message: ByteBuffer) -> (ByteBuffer, ByteBuffer?) {
        var request = head
        request.writeContentLength(message.readableBytes)
        return request.coalesced(with: message)
    }

    /// The end of this side of the stream.
    func encodeEnd() -> ByteBuffer {
        var request = head
        for (name, value) in GoMicroHeaders.errorFields(GoMicroHeaders.endOfStream) {
            HTTPFieldWriter.write(name, value, to: &request)
        }
        request.writeContentLength(0)
        return request
    }
}
