// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConsul
import MicroCore
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
func configured(_ address: String, _ change: (inout ConsulConfiguration) -> Void) -> ConsulConfiguration {
    var configuration = ConsulConfiguration()
    configuration.address = address
    change(&configuration)
    return configuration
}

/// Runs `body` with a registry of its own and closes it, whatever happens.
func withConsul<Value>(
    at address: String, _ body: (ConsulRegistry) async throws -> Value
) async throws -> Value {
    try await withConsul(configured(address) { _ in }, body)
}

/// Runs `body` with a registry of its own and closes it, whatever happens.
func withConsul<Value>(
    _ configuration: ConsulConfiguration, log: LogRecorder = .init(), _ body: (ConsulRegistry) async throws -> Value
) async throws -> Value {
    let registry = try ConsulRegistry(configuration: configuration, logger: log.logger)
    let result: Result<Value, any Error>
    do { result = .success(try await body(registry)) } catch { result = .failure(error) }
    await registry.close()
    return try result.get()
}

/// Runs `body` with an agent of its own and kills it, whatever happens.
func withAgent<Value>(
    _ settings: ConsulServer.Settings = .init(), _ body: (ConsulServer) async throws -> Value
) async throws -> Value {
    let server = try ConsulServer(settings)
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
    private let state = Mutex<RegistryState?>(nil)
    private let task = Mutex<Task<Void, Never>?>(nil)

    var value: RegistryState? { state.withLock { $0 } }

    init(_ watch: RegistryWatch) {
        let task = Task { [weak self] in
            for await state in watch { self?.state.withLock { $0 = state } }
        }
        self.task.withLock { $0 = task }
    }

    var isLive: Bool {
        if case .live = value?.freshness { true } else { false }
    }
}
