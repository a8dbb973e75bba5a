// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroHTTP
import NIOCore

/// The HTTP transport alone: bytes to a known address.
struct HTTPEcho: Echo {
    private let transport = HTTPTransport()
    private let address: Address
    private let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: EchoParameters.size)

    init(calling address: Address, callers: Int) { self.address = address }

    static func serve(_ announce: @Sendable (Address) -> Void) async throws {
        let listener = try await HTTPTransport().bind(to: EchoParameters.address)
        announce(listener.address)
        try await listener.run { TransportResponse(contentType: $0.contentType, body: $0.body) }
    }

    func call(_ caller: Int) async throws {
        let response = try await transport.call(
            TransportRequest(
                service: EchoParameters.service, endpoint: EchoParameters.endpoint,
                contentType: EchoParameters.contentType, body: body,
                deadline: .now + EchoParameters.timeout), to: address)
        try EchoParameters.check(size: response.body.readableBytes)
    }

    func close() async { await transport.close() }
}
