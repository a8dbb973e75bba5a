// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroConformance
import MicroCore
import MicroHTTP
import NIOCore
import Synchronization

/// Publishes as anybody does who knows go-micro's wire.
struct HTTPBrokerPeer: BrokerPeer {
    let makeRegistry: @Sendable () async throws -> any Registry

    func publish(_ body: ByteBuffer, to topic: String) async throws {
        let registry = try await makeRegistry()
        let nodes = try await registry.lookUp("topic:\(topic)").flatMap(\.nodes)
        await registry.close()
        let base64 = Data(body.readableBytesView).base64EncodedString()
        let transfer = CurlTransfer()
        for node in nodes {
            _ = try await transfer.perform(
                CurlRequest(
                    method: "POST", url: "http://\(Address(node))/_sub?id=\(node.id)",
                    body: Array(#"{"Header":{":topic":"\#(topic)"},"Body":"\#(base64)"}"#.utf8)))
        }
        await transfer.close()
    }
}

/// Subscribers that are in the registry, and no subscribers.
final class BadHTTPSubscribers: BadSubscribers {
    private let makeRegistry: @Sendable () async throws -> any Registry
    private let content = Mutex<(records: [ServiceRecord], refusing: [Task<Void, any Error>])>(([], []))
    /// Answers calls, and refuses everything else.
    private let transport = HTTPTransport(logger: .silent)

    init(makeRegistry: @escaping @Sendable () async throws -> any Registry) { self.makeRegistry = makeRegistry }

    func addFailing(to topic: String) async throws {
        let listener = try await transport.bind(to: Address(host: "127.0.0.1"))
        let running = Task { try await listener.run { TransportResponse(contentType: $0.contentType) } }
        content.withLock { $0.refusing.append(running) }
        try await add(listener.address, to: topic)
    }

    func addUnreachable(to topic: String) async throws {
        let listener = try await transport.bind(to: Address(host: "127.0.0.1"))
        await listener.drain(deadline: .now)
        try await add(listener.address, to: topic)
    }

    func removeAll() async throws {
        let (records, refusing) = content.withLock { content in
            defer { content = ([], []) }
            return (content.records, content.refusing)
        }
        for running in refusing { running.cancel() }
        let registry = try await makeRegistry()
        for record in records { try await registry.deregister(record) }
        await registry.close()
    }

    private func add(_ address: Address, to topic: String) async throws {
        let node = Node(
            id: "broker-\(UUID().uuidString.lowercased())", address: address.host, port: address.port,
            metadata: ["secure": "false"])
        let record = ServiceRecord(name: "topic:\(topic)", version: "ff.http.broadcast", nodes: [node])
        content.withLock { $0.records.append(record) }
        let registry = try await makeRegistry()
        try await registry.register(record, timeToLive: .seconds(60))
        await registry.close()
    }
}
