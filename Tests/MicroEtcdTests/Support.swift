// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroEtcd
import Synchronization
import TestServers
import TestSupport

/// A record with one node.
func record(_ name: String, node: String = "a", port: Int? = 80, version: String = "1") -> ServiceRecord {
    ServiceRecord(
        name: name, version: version, nodes: [Node(id: "\(name)-\(node)", address: "10.0.0.1", port: port)])
}

/// A name that no other test has.
func freshName(_ prefix: String = "svc") -> String { "\(prefix)-\(UUID().uuidString.lowercased().prefix(8))" }

/// A configuration with more than an address.
func configured(_ address: String, _ change: (inout EtcdConfiguration) -> Void = { _ in }) -> EtcdConfiguration {
    var configuration = EtcdConfiguration()
    configuration.address = address
    change(&configuration)
    return configuration
}

/// Runs `body` with a registry of its own and closes it, whatever happens.
func withEtcd<Value>(at address: String, _ body: (EtcdRegistry) async throws -> Value) async throws -> Value {
    try await withEtcd(configured(address), body)
}

/// Runs `body` with a registry of its own and closes it, whatever happens.
func withEtcd<Value>(
    _ configuration: EtcdConfiguration, log: LogRecorder = .init(), _ body: (EtcdRegistry) async throws -> Value
) async throws -> Value {
    let registry = try EtcdRegistry(configuration: configuration, logger: log.logger)
    let result: Result<Value, any Error>
    do { result = .success(try await body(registry)) } catch { result = .failure(error) }
    await registry.close()
    return try result.get()
}

/// Runs `body` with a server of its own and kills it, whatever happens.
func withServer<Value>(
    _ settings: EtcdServer.Settings = .init(), _ body: (EtcdServer) async throws -> Value
) async throws -> Value {
    let server = try EtcdServer(settings)
    let result: Result<Value, any Error>
    do {
        try await server.start()
        result = .success(try await body(server))
    } catch { result = .failure(error) }
    await server.kill()
    return try result.get()
}

/// The code of what the operation throws; nil if it succeeds.
func failureCode(_ operation: () async throws -> Void) async -> MicroError.Code? {
    do {
        try await operation()
        return nil
    } catch { return (error as? MicroError)?.code }
}

/// The newest state of a watch.
final class Latest: Sendable {
    private let states = Mutex<[RegistryState]>([])
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// All that came, in order.
    var all: [RegistryState] { states.withLock { $0 } }

    var value: RegistryState? { states.withLock { $0.last } }

    init(_ watch: RegistryWatch) {
        let task = Task { [weak self] in
            for await state in watch { self?.states.withLock { $0.append(state) } }
        }
        self.task.withLock { $0 = task }
    }

    var isLive: Bool {
        if case .live = value?.freshness { true } else { false }
    }

    /// Why the last state is not live; nil if it is, or if there is none.
    var cause: MicroError? {
        switch value?.freshness {
        case .stale(_, let cause), .unknown(let cause): cause
        case .live, nil: nil
        }
    }
}

extension EtcdServer {
    /// Puts a key, as `etcdctl` would.
    func put(_ key: String, _ value: String) async throws {
        _ = try await ask("/v3/kv/put", #"{"key":"\#(base64(key))","value":"\#(base64(value))"}"#)
    }

    /// Deletes a key, as `etcdctl` would.
    func delete(_ key: String) async throws {
        _ = try await ask("/v3/kv/deleterange", #"{"key":"\#(base64(key))"}"#)
    }

    /// The value of a key; nil if it is not there.
    func value(of key: String) async throws -> String? {
        struct Answer: Decodable {
            struct Entry: Decodable { let value: Data }
            let kvs: [Entry]?
        }
        let text = try await ask("/v3/kv/range", #"{"key":"\#(base64(key))"}"#).text
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8)).kvs?.first.map {
            String(decoding: $0.value, as: UTF8.self)
        }
    }

    /// How many leases there are.
    func leases() async throws -> Int {
        try await ask("/v3/lease/leases", "{}").text.split(separator: #""ID""#, omittingEmptySubsequences: false).count
            - 1
    }
}

/// As keys and values go into etcd's JSON.
func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
