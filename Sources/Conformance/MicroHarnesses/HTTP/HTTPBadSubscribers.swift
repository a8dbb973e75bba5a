// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import MicroHTTP
import Synchronization

/// Registers subscribers that refuse every message or cannot be reached.
final class HTTPBadSubscribers: BadSubscribers {
    private let makeRegistry: @Sendable () async throws -> any Registry
    private let state = Mutex<(records: [ServiceRecord], listeners: [Task<Void, any Error>])>(([], []))
    /// Accepts calls and refuses all other requests, such as those of a broker.
    private let transport = HTTPTransport(logger: .silent)

    init(makeRegistry: @escaping @Sendable () async throws -> any Registry) { self.makeRegistry = makeRegistry }

    func addFailing(to topic: String) async throws {
        let listener = try await transport.bind(to: Address(host: "127.0.0.1"))
        let task = Task { try await listener.run { TransportResponse(contentType: $0.contentType) } }
        state.withLock { $0.listeners.append(task) }
        try await add(listener.address, to: topic)
    }

    func addUnreachable(to topic: String) async throws {
        let listener = try await transport.bind(to: Address(host: "127.0.0.1"))
        await listener.drain(deadline: .now)
        try await add(listener.address, to: topic)
    }

    func removeAll() async throws {
        let (records, listeners) = state.withLock { state in
            defer { state = ([], []) }
            return (state.records, state.listeners)
        }
        for task in listeners { task.cancel() }
        let registry = try await makeRegistry()
        for record in records { try await registry.deregister(record) }
        await registry.close()
    }

    private func add(_ address: Address, to topic: String) async throws {
        let node = Node(
            id: "broker-\(UUID().uuidString.lowercased())", address: address.host, port: address.port,
            metadata: ["secure": "false"])
        let record = ServiceRecord(name: "topic:\(topic)", version: "ff.http.broadcast", nodes: [node])
        state.withLock { $0.records.append(record) }
        let registry = try await makeRegistry()
        try await registry.register(record, timeToLive: .seconds(60))
        await registry.close()
    }
}
