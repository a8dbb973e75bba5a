// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import NIOCore

/// Calls services through a sidecar, which selects the node.
struct SidecarCaller: ServiceCaller {
    let transport: SidecarTransport
    /// The time limit of a call without one of its own.
    let requestTimeout: Duration

    func call(
        _ service: String, _ endpoint: String, body: ByteBuffer, contentType: String, options: CallOptions
    ) async throws -> TransportResponse {
        try Self.check(options)
        let request = TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: options.headers, body: body,
            deadline: .now + (options.timeout ?? requestTimeout))
        return try await transport.call(request, at: options.address)
    }

    func open(
        _ service: String, _ endpoint: String, contentType: String, options: CallOptions
    ) async throws -> TransportStream {
        try Self.check(options)
        let request = TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: options.headers,
            body: ByteBuffer(), deadline: .now + requestTimeout)
        return try await transport.open(request, at: options.address)
    }

    private static func check(_ options: CallOptions) throws {
        guard options.filter == nil else {
            throw MicroError(
                .unsupported, "a sidecar does not select by version: omit --version", origin: MicroError.Origin.client)
        }
    }

    var attempts: [RecordingTransport.Attempt] { [] }
}
