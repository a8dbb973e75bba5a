// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroHTTP

/// A listener that occupies a port.
struct HTTPListenerFixture {
    private let transport: HTTPTransport
    let address: Address

    static func bind() async throws -> HTTPListenerFixture {
        let transport = HTTPTransport()
        let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
        return HTTPListenerFixture(transport: transport, address: listener.address)
    }

    func close() async { await transport.close() }
}
