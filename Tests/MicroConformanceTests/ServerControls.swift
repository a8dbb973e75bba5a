// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroHarnesses
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
        case .compact: try await instances.keep(over: { try await restart() })
        case .revoke: try await instances.deregister()
        case .revokeCredentials: throw MachineError(description: "the harness revokes what it has made")
        }
    }

    private func restart() async throws {
        await server.kill()
        try await server.start()
    }

    private var instances: ConsulInstances {
        ConsulInstances { [server] method, path, body in
            let text = body.map { String(decoding: $0, as: UTF8.self) }
            return Array(try await server.ask(path, method: method, body: text).text.utf8)
        }
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
