// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// Checks the health of an app once.
struct AppHealthProbe: Sendable {
    let check: AppHealthCheck
    let client: AppClient

    /// Runs the check.
    ///
    /// - Throws: ``MicroCore/MicroError`` with the status for `/health`, or `CancellationError`.
    func run() async throws {
        switch check.target {
        case .none: return
        case .tcp: try await connect()
        case .grpc(let service): try await checkGRPC(service)
        case .http(let url):
            let response = try await client.send(.GET, url, deadline: .now + check.timeout)
            guard response.status == 200 else {
                throw MicroError(
                    .init(status: response.status), "Non 200 response: \(response.status)", origin: client.name)
            }
        }
    }

    private func checkGRPC(_ service: String) async throws {
        let request = GRPCHealthRequest(
            address: client.address, service: service, connectTimeout: check.timeout)
        do {
            try await withDeadline(.now + check.timeout, orThrow: client.timeoutError) { try await request.run() }
        } catch let error where !(error is MicroError || error is CancellationError) {
            throw MicroError(
                .unavailable, "the health check of gRPC at \(client.address) failed: \(error)", origin: client.name,
                cause: error)
        }
    }

    private func connect() async throws {
        let address = client.address
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(TimeAmount(check.timeout))
                .connect(host: address.host, port: address.port ?? 80).get()
            channel.close(promise: nil)
        } catch {
            throw MicroError(
                .internal, "\(client.name) at \(address) cannot be reached: \(error)", origin: client.name, cause: error
            )
        }
    }
}
