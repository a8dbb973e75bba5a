// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Foundation
import HTTPTypes
import Hummingbird
import MicroCore
import MicroEdge
import NIOCore

/// `/registry`: lists, finds, registers and deregisters services.
struct RegistryRoute: Sendable {
    let registry: any Registry
    let feed: RegistryFeed
    let maxBodySize: Int

    /// Responds to a request.
    func respond(to request: Request, query: QueryParameters) async throws -> Response {
        switch request.method {
        case .get, .head:
            guard let service = query["service"], !service.isEmpty else { return try await list() }
            return try await find(service)
        case .post:
            try await registry.register(try await record(of: request), timeToLive: try query.duration("ttl"))
            return Response(status: .ok)
        case .delete:
            try await registry.deregister(try await record(of: request))
            return Response(status: .ok)
        default: throw HTTPError(.methodNotAllowed, headers: [.allow: "GET, HEAD, POST, DELETE"])
        }
    }

    /// The names of all services, with the versions that are known.
    private func list() async throws -> Response {
        let state = feed.state
        let documents = try await registry.list().flatMap { name -> [ServiceDocument] in
            let versions = state[name].map(\.version).sorted()
            return (versions.isEmpty ? [""] : versions).map { ServiceDocument(name: name, version: $0) }
        }
        return try .json(documents)
    }

    private func find(_ service: String) async throws -> Response {
        let records = try await registry.lookUp(service).sorted { $0.version < $1.version }
        guard !records.isEmpty else {
            throw MicroError(.notFound, "Service not found", origin: MicroError.Origin.registry)
        }
        return try .json(records.map(ServiceDocument.init))
    }

    private func record(of request: Request) async throws -> ServiceRecord {
        let body = try await request.completeBody(upTo: maxBodySize)
        let document: ServiceDocument
        do { document = try JSONDecoder().decode(ServiceDocument.self, from: Data(body.readableBytesView)) } catch {
            throw MicroError(
                .invalidArgument,
                "the body is not the JSON of a service: it needs name, and nodes with id, address and port",
                origin: MicroError.Origin.registry)
        }
        var record = document.record
        try LinkLocalAddress.reject(in: record)
        record.nodes = record.nodes.map(Self.completed)
        return record
    }

    /// A node that states no protocol speaks that of Go Micro's sidecar: JSON-RPC.
    private static func completed(_ node: Node) -> Node {
        var node = node
        if node.metadata["protocol"] == nil, node.metadata["server"] == nil { node.metadata["server"] = "rpc" }
        return node
    }
}

extension Response {
    /// A response in JSON.
    static func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
    }
}
