// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// A plain HTTP app on 127.0.0.1, whose responses a test replaces.
final class TestApp: Sendable {
    typealias Respond = @Sendable (ScriptedRequest) throws -> ScriptedResponse

    private final class State: Sendable {
        let respond: Mutex<Respond>
        let requests = Mutex<[String]>([])

        init(_ respond: @escaping Respond) { self.respond = Mutex(respond) }

        func handle(_ request: ScriptedRequest) throws -> ScriptedResponse {
            if request.target != "/health" {
                requests.withLock {
                    $0.append("\(request.method) \(request.target) \(String(decoding: request.body, as: UTF8.self))")
                }
            }
            return try respond.withLock(\.self)(request)
        }
    }

    private let server: ScriptedServer
    private let state: State

    init(_ respond: @escaping Respond) throws {
        let state = State(respond)
        self.state = state
        server = try ScriptedServer(responding: { try state.handle($0) })
    }

    deinit { server.stop() }

    var port: Int { server.port }

    /// `METHOD TARGET BODY` of all requests except for health checks.
    var requests: [String] { state.requests.withLock(\.self) }

    /// Replaces the responses.
    func set(_ respond: @escaping Respond) { state.respond.withLock { $0 = respond } }
}
