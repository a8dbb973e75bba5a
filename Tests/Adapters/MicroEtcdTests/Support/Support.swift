// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroEtcd
import TestServers

/// A configuration with an address and further changes.
func makeConfiguration(_ address: String, _ change: (inout EtcdConfiguration) -> Void = { _ in }) -> EtcdConfiguration {
    var configuration = EtcdConfiguration()
    configuration.address = address
    change(&configuration)
    return configuration
}

/// Runs `body` with a registry and closes it afterwards.
func withEtcd<Value>(at address: String, _ body: (EtcdRegistry) async throws -> Value) async throws -> Value {
    try await withEtcd(makeConfiguration(address), body)
}

/// Runs `body` with a registry and closes it afterwards.
func withEtcd<Value>(
    _ configuration: EtcdConfiguration, log: LogRecorder = .init(), _ body: (EtcdRegistry) async throws -> Value
) async throws -> Value {
    try await closing(try EtcdRegistry(configuration: configuration, logger: log.logger), body)
}

/// Runs `body` with a server and kills it afterwards.
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

extension EtcdServer {
    /// Puts a key, as `etcdctl` would.
    func put(_ key: String, _ value: String) async throws {
        _ = try await request("/v3/kv/put", #"{"key":"\#(base64(key))","value":"\#(base64(value))"}"#)
    }

    /// Deletes a key, as `etcdctl` would.
    func delete(_ key: String) async throws {
        _ = try await request("/v3/kv/deleterange", #"{"key":"\#(base64(key))"}"#)
    }

    /// The value of a key; nil if it does not exist.
    func value(of key: String) async throws -> String? {
        struct Response: Decodable {
            struct Entry: Decodable { let value: Data }
            let kvs: [Entry]?
        }
        let text = try await request("/v3/kv/range", #"{"key":"\#(base64(key))"}"#).text
        return try JSONDecoder().decode(Response.self, from: Data(text.utf8)).kvs?.first.map {
            String(decoding: $0.value, as: UTF8.self)
        }
    }

    /// The number of leases.
    func leases() async throws -> Int {
        try await request("/v3/lease/leases", "{}").text.split(separator: #""ID""#, omittingEmptySubsequences: false)
            .count
            - 1
    }
}

/// Encodes a key or value for etcd's JSON.
func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
