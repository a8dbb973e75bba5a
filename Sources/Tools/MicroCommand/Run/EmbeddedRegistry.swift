// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A registry for the processes that `micro run` starts: the part of Consul's HTTP API that the adapter uses, on a free port
/// of the loopback interface.
struct EmbeddedRegistry: Sendable {
    /// The maximum size of a request's body in bytes.
    private static let maxBodySize = 4 * 1024 * 1024

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    /// A connection that is handled once, at the latest when it is released: SwiftNIO ends the process otherwise. A listener that
    /// is cancelled drops the connections that it has just accepted.
    private final class Accepted: Sendable {
        private let connection: Connection
        private let isTaken = Atomic(false)

        init(_ connection: Connection) { self.connection = connection }

        deinit {
            guard !isTaken.load(ordering: .relaxed) else { return }
            connection.channel.close(promise: nil)
            // Ends immediately with an error, because the connection is closed.
            Task { [connection] in try? await connection.executeThenClose { _, _ in } }
        }

        /// The connection, whose user handles it.
        func take() -> Connection {
            isTaken.store(true, ordering: .relaxed)
            return connection
        }
    }

    private let channel: NIOAsyncChannel<Accepted, Never>
    private let catalog = EmbeddedCatalog()
    /// The address, `127.0.0.1:PORT`.
    let address: String

    /// Listens on a free port.
    static func bind() async throws -> EmbeddedRegistry {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    return Accepted(try Connection(wrappingChannelSynchronously: channel))
                }
            }
        return EmbeddedRegistry(
            channel: channel, address: "127.0.0.1:\(channel.channel.localAddress?.port ?? 0)")
    }

    private init(channel: NIOAsyncChannel<Accepted, Never>, address: String) {
        self.channel = channel
        self.address = address
    }

    /// Serves until the task is cancelled.
    func run() async throws {
        try await channel.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections { group.addTask { await serve(connection.take()) } }
            }
        }
    }

    private func serve(_ connection: Connection) async {
        // A connection that breaks concerns only its client, which retries.
        try? await connection.executeThenClose { requests, responses in
            var head: HTTPRequestHead?
            var body = ByteBuffer()
            for try await part in requests {
                switch part {
                case .head(let newHead): (head, body) = (newHead, ByteBuffer())
                case .body(var bytes):
                    guard body.readableBytes + bytes.readableBytes <= Self.maxBodySize else { return }
                    body.writeBuffer(&bytes)
                case .end:
                    guard let head else { return }
                    let response = await respond(to: head, Array(body.readableBytesView))
                    var fields = HTTPHeaders([
                        ("Content-Type", "application/json"), ("Content-Length", "\(response.body.count)"),
                    ])
                    if let index = response.index { fields.add(name: "X-Consul-Index", value: "\(index)") }
                    try await responses.write(
                        .head(HTTPResponseHead(version: .http1_1, status: response.status, headers: fields)))
                    try await responses.write(.body(.byteBuffer(ByteBuffer(bytes: response.body))))
                    try await responses.write(.end(nil))
                }
            }
        }
    }

    // MARK: Requests

    private struct Response {
        var status = HTTPResponseStatus.ok
        var index: Int?
        var body: [UInt8] = []
    }

    private func respond(to head: HTTPRequestHead, _ body: [UInt8]) async -> Response {
        guard let url = URLComponents(string: head.uri) else { return Response(status: .badRequest) }
        let path = url.path
        switch (head.method, path) {
        case (.PUT, "/v1/agent/service/register"):
            guard let registration = try? JSONDecoder().decode(EmbeddedCatalog.Registration.self, from: Data(body))
            else {
                return Response(status: .badRequest)
            }
            return Response(status: catalog.register(registration) ? .ok : .serviceUnavailable)
        case (.PUT, _) where path.hasPrefix("/v1/agent/check/pass/service:"):
            let isKnown = catalog.pass(String(path.dropFirst("/v1/agent/check/pass/service:".count)))
            return Response(status: isKnown ? .ok : .notFound)
        case (.PUT, _) where path.hasPrefix("/v1/agent/service/deregister/"):
            catalog.deregister(String(path.dropFirst("/v1/agent/service/deregister/".count)))
            return Response()
        // Access control is off.
        case (.POST, "/v1/internal/acl/authorize"): return Response(status: .unauthorized)
        case (.GET, "/v1/agent/self"):
            return Response(body: Array(#"{"Config":{"Version":"embedded"}}"#.utf8))
        case (.GET, _): return await respond(toQuery: path, url.queryItems ?? [])
        default: return Response(status: .notFound)
        }
    }

    private func respond(toQuery path: String, _ query: [URLQueryItem]) async -> Response {
        let index = query.first { $0.name == "index" }?.value.flatMap { Int($0) } ?? 0
        let wait = query.first { $0.name == "wait" }?.value.flatMap { Duration(setting: $0) } ?? .zero
        let current = await catalog.index(above: index, until: .now + wait)
        let object: Any
        switch path {
        case "/v1/catalog/services": object = catalog.names
        case "/v1/health/state/any": object = catalog.checks
        case "/v1/internal/ui/services": object = [Any]()
        case "/v1/status/leader": return Response(index: current, body: Array("\"127.0.0.1:8300\"".utf8))
        case _ where path.hasPrefix("/v1/agent/health/service/id/"):
            let id = String(path.dropFirst("/v1/agent/health/service/id/".count))
            guard let health = catalog.health(of: id) else { return Response(status: .notFound) }
            object = health
        case _ where path.hasPrefix("/v1/health/service/"):
            object = catalog.entries(of: String(path.dropFirst("/v1/health/service/".count)))
        default: return Response(status: .notFound)
        }
        guard let json = try? JSONSerialization.data(withJSONObject: object) else {
            return Response(status: .internalServerError)
        }
        return Response(index: current, body: Array(json))
    }
}
