// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroHarnesses
import TestServers

/// What can be done to a server that is a child process.
struct ServerControl: BackendControl {
    typealias Action = @Sendable () async throws -> Void

    let server: any ChildServer
    /// What is done by asking the server.
    private let questions: [BackendAction: Action]

    init(_ server: any ChildServer, questions: [BackendAction: Action] = [:]) {
        self.server = server
        self.questions = questions
    }

    var actions: Set<BackendAction> {
        Set([.stop, .kill, .start, .pause, .resume, .wipe]).union(questions.keys)
    }

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop: try await server.stop()
        case .kill: await server.kill()
        case .start: if server.processID == nil { try await server.start() }
        case .pause: server.signal(SIGSTOP)
        case .resume: server.signal(SIGCONT)
        case .wipe: try await server.wipe()
        case .compact, .revoke, .revokeCredentials:
            guard let ask = questions[action] else { throw MachineError(description: "there is no action \(action)") }
            try await ask()
        }
    }
}

extension ServerControl {
    /// An agent keeps nothing on disk: what it has forgotten of its history is a restart with the same records.
    init(_ server: ConsulServer) {
        let instances = ConsulInstances { method, path, body in
            let text = body.map { String(decoding: $0, as: UTF8.self) }
            return Array(try await server.ask(path, method: method, body: text).text.utf8)
        }
        self.init(
            server,
            questions: [
                .compact: { try await instances.keep(over: { try await server.restart() }) },
                .revoke: { try await instances.deregister() },
            ])
    }

    init(_ server: EtcdServer) {
        self.init(
            server, questions: [.compact: { try await server.compact() }, .revoke: { try await server.revokeLeases() }])
    }
}
