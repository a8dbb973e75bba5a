// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroHarnesses
import TestServers

/// Controls a server that is a child process.
struct ServerControl: BackendControl {
    typealias Action = @Sendable () async throws -> Void

    let server: any ChildServer
    /// The actions that are requests to the server.
    private let handlers: [BackendAction: Action]

    init(_ server: any ChildServer, handlers: [BackendAction: Action] = [:]) {
        self.server = server
        self.handlers = handlers
    }

    var actions: Set<BackendAction> {
        Set([.stop, .kill, .start, .pause, .resume, .wipe]).union(handlers.keys)
    }

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop: try await server.stop()
        case .kill: await server.kill()
        case .start: try await start()
        case .pause: server.signal(SIGSTOP)
        case .resume: server.signal(SIGCONT)
        case .wipe: try await server.wipe()
        case .compact, .revoke, .revokeCredentials:
            guard let request = handlers[action] else {
                throw TestServerError(description: "the server has no action \(action)")
            }
            try await request()
        }
    }

    /// A server that already runs may not serve yet, if an earlier start was cancelled.
    private func start() async throws {
        if server.processID == nil { return try await server.start() }
        try await server.waitUntilServing()
        try await server.prepare()
    }
}

extension ServerControl {
    /// An agent keeps nothing on disk: a restart with the same registrations removes its history.
    init(_ server: ConsulServer) {
        let instances = ConsulAgentServices { method, path, body in
            let text = body.map { String(decoding: $0, as: UTF8.self) }
            return Array(try await server.request(path, method: method, body: text).text.utf8)
        }
        self.init(
            server,
            handlers: [
                .compact: { try await instances.preserveRegistrations(during: { try await server.restart() }) },
                .revoke: { try await instances.deregister() },
            ])
    }

    init(_ server: EtcdServer) {
        self.init(
            server, handlers: [.compact: { try await server.compact() }, .revoke: { try await server.revokeLeases() }])
    }
}
