// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConsul
import MicroCore
import TestServers

/// A configuration with an address and further changes.
func makeConfiguration(_ address: String, _ change: (inout ConsulConfiguration) -> Void) -> ConsulConfiguration {
    var configuration = ConsulConfiguration()
    configuration.address = address
    change(&configuration)
    return configuration
}

/// Runs `body` with a registry and closes it afterwards.
func withConsul<Value>(
    at address: String, _ body: (ConsulRegistry) async throws -> Value
) async throws -> Value {
    try await withConsul(makeConfiguration(address) { _ in }, body)
}

/// Runs `body` with a registry and closes it afterwards.
func withConsul<Value>(
    _ configuration: ConsulConfiguration, log: LogRecorder = .init(), _ body: (ConsulRegistry) async throws -> Value
) async throws -> Value {
    try await closing(try ConsulRegistry(configuration: configuration, logger: log.logger), body)
}

/// Runs `body` with an agent and kills it afterwards.
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
