// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import TestServers

/// What can be done to an agent that is a child process. It keeps nothing on disk: however it ends, it starts empty.
struct ConsulControl: BackendControl {
    let server: ConsulServer

    init(_ server: ConsulServer) { self.server = server }

    var actions: Set<BackendAction> { Set(BackendAction.allCases).subtracting([.revokeCredentials]) }

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop: try await server.stop()
        case .kill: await server.kill()
        case .start: if server.processID == nil { try await server.start() }
        case .pause: server.signal(SIGSTOP)
        case .resume: server.signal(SIGCONT)
        case .wipe: try await restart()
        case .compact:
            let services = try await services()
            try await restart()
            for service in services { try await register(service) }
        case .revoke: for service in try await services() { try await put("deregister/\(service.percentEncodedID)") }
        case .revokeCredentials: throw MachineError(description: "the harness revokes what it has made")
        }
    }

    private func restart() async throws {
        await server.kill()
        try await server.start()
    }

    /// What an agent tells of a service instance; the answer and what it is registered by have the same names.
    private struct Instance: Codable {
        let ID: String
        let Service: String
        let Tags: [String]
        let Address: String
        let Port: Int

        var percentEncodedID: String { ID.split(separator: " ").joined(separator: "%20") }
    }

    private struct Registration: Encodable {
        let ID: String
        let Name: String
        let Tags: [String]
        let Address: String
        let Port: Int
        let Check: [String: String]
    }

    private func services() async throws -> [Instance] {
        try Array(await read([String: Instance].self, "services").values)
    }

    /// Registers an instance as it was, with a check that has passed and that says the same.
    private func register(_ service: Instance) async throws {
        let registration = Registration(
            ID: service.ID, Name: service.Service, Tags: service.Tags, Address: service.Address, Port: service.Port,
            Check: ["TTL": "60s", "Status": "passing"])
        let body = String(decoding: try JSONEncoder().encode(registration), as: UTF8.self)
        _ = try await server.ask("/v1/agent/service/register", method: "PUT", body: body)
    }

    private func put(_ path: String) async throws {
        _ = try await server.ask("/v1/agent/service/\(path)", method: "PUT")
    }

    private func read<Value: Decodable>(_ type: Value.Type, _ path: String) async throws -> Value {
        try JSONDecoder().decode(type, from: Data(try await server.ask("/v1/agent/\(path)").text.utf8))
    }
}

/// What can be done to an etcd that is a child process.
struct EtcdControl: BackendControl {
    let server: EtcdServer

    init(_ server: EtcdServer) { self.server = server }

    var actions: Set<BackendAction> { Set(BackendAction.allCases).subtracting([.revokeCredentials]) }

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop: try await server.stop()
        case .kill: await server.kill()
        case .start: if server.processID == nil { try await server.start() }
        case .pause: server.signal(SIGSTOP)
        case .resume: server.signal(SIGCONT)
        case .wipe: try await server.wipe()
        case .compact: try await server.compact()
        case .revoke: try await server.revokeLeases()
        case .revokeCredentials: throw MachineError(description: "the harness revokes what it has made")
        }
    }
}
