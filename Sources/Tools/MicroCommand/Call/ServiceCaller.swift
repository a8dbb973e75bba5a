// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import MicroMemory
import NIOCore

/// Calls services: through the client of this process, or through a sidecar.
protocol ServiceCaller: Sendable {
    /// Calls an endpoint.
    func call(
        _ service: String, _ endpoint: String, body: ByteBuffer, contentType: String, options: CallOptions
    ) async throws -> TransportResponse

    /// Opens a stream.
    func open(
        _ service: String, _ endpoint: String, contentType: String, options: CallOptions
    ) async throws -> TransportStream

    /// The attempts so far; empty if they are not known.
    var attempts: [RecordingTransport.Attempt] { get }
}

/// Calls services through the client of this process.
struct ClientCaller: ServiceCaller {
    let client: Client
    /// Records the attempts; nil if they are not recorded.
    let transport: RecordingTransport?

    func call(
        _ service: String, _ endpoint: String, body: ByteBuffer, contentType: String, options: CallOptions
    ) async throws -> TransportResponse {
        try await client.invoke(service, endpoint, body: body, contentType: contentType, options: options)
    }

    func open(
        _ service: String, _ endpoint: String, contentType: String, options: CallOptions
    ) async throws -> TransportStream {
        try await client.invokeStream(service, endpoint, contentType: contentType, options: options)
    }

    var attempts: [RecordingTransport.Attempt] { transport?.attempts ?? [] }
}

extension Settings {
    /// Runs a body with the registry and a caller, and closes both.
    ///
    /// - Parameter recordsAttempts: Whether the caller records the attempts of all calls.
    func withCaller<Value>(
        recordsAttempts: Bool = true, _ body: (any Registry, any ServiceCaller) async throws -> Value
    ) async throws -> Value {
        try await withTransport { registry, transport in
            let configuration = try Client.Configuration(configReader: reader)
            if let sidecar = transport as? SidecarTransport {
                return try await body(
                    registry, SidecarCaller(transport: sidecar, requestTimeout: configuration.requestTimeout))
            }
            let recording = recordsAttempts ? RecordingTransport(transport) : nil
            let client = try Client(
                configuration: configuration, registry: registry, transport: recording ?? transport,
                broker: MemoryBroker(),
                configReader: reader)
            do {
                let value = try await body(registry, ClientCaller(client: client, transport: recording))
                await client.close()
                return value
            } catch {
                await client.close()
                throw error
            }
        }
    }
}
