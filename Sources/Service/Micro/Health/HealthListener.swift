// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroHTTP

/// A separate listener for the probes of an orchestrator, over plain HTTP.
struct HealthListener: Sendable {
    private static let endpoints: Set = [DebugEndpoints.live, DebugEndpoints.ready, DebugEndpoints.health]

    private let transport: HTTPTransport
    private let listener: any TransportListener

    /// Binds the listener.
    ///
    /// - Throws: As ``/MicroCore/Transport/bind(to:)``.
    static func bind(to address: Address, logger: Logger) async throws -> HealthListener {
        let transport = HTTPTransport(logger: logger)
        do {
            return HealthListener(transport: transport, listener: try await transport.bind(to: address))
        } catch {
            await transport.close()
            throw error
        }
    }

    /// Responds to probes with the built-in endpoints of a server until the task is cancelled.
    func run(_ server: Server) async throws {
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await listener.run { request in
                    guard Self.endpoints.contains(request.endpoint) else {
                        throw MicroError(
                            .notFound, "only /healthz, /readyz and \(DebugEndpoints.health) are served here",
                            origin: MicroError.Origin.server)
                    }
                    return try await server.respond(to: request)
                })
        } catch { result = .failure(error) }
        await transport.close()
        try result.get()
    }
}
