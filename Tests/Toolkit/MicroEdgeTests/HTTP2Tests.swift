// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import MicroCore
import TestServers
import TestSupport
import Testing

@testable import MicroEdge

/// Requests over HTTP/2, whose clients end their direction of a stream with the request.
@Suite(
    .blocking, .enabled(if: Certificates.canBeCreated && Machine.path(of: "curl") != nil), .timeLimit(.minutes(1)))
struct HTTP2Tests {
    private func withServer(
        handler: @escaping @Sendable (Request, EdgeContext) async throws -> Response,
        _ body: (_ request: () throws -> ChildProcess) async throws -> Void
    ) async throws {
        let certificates = try await Certificates()
        let identity = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        configuration.limits.requestTimeout = .seconds(300)
        configuration.tls = EdgeTLSConfiguration(certificateFile: identity.certificate, keyFile: identity.key)
        let server = try EdgeServer(configuration: configuration, logger: LogRecorder().logger, handler: handler)
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            let port = try #require(try await server.listeningAddress().port)
            let curl = try #require(Machine.path(of: "curl"))
            try await body {
                try ChildProcess(
                    curl,
                    [
                        "-s", "--http2", "--cacert", certificates.certificateAuthorityFile, "-w",
                        " over HTTP/%{http_version}",
                        "https://127.0.0.1:\(port)/",
                    ])
            }
            group.cancelAll()
        }
    }

    @Test func endOfTheRequestIsNotADisconnect() async throws {
        let gate = AsyncGate()
        try await withServer { _, _ in
            await gate.pass()
            try Task.checkCancellation()
            return .text("done")
        } _: { request in
            let curl = try request()
            #expect(await eventually { gate.arrivals == 1 })
            gate.open()
            #expect(await curl.exitStatus() == 0)
            #expect(curl.text == "done over HTTP/2")
        }
    }

    @Test func requestOfADisconnectedClientIsCancelled() async throws {
        let hanging = HangingHandler()
        try await withServer { _, _ in
            try await hanging.respond()
        } _: { request in
            let curl = try request()
            #expect(await eventually { hanging.requests.value == 1 })
            #expect(hanging.cancellations.value == 0)
            await curl.forceKill()
            #expect(await eventually { hanging.cancellations.value == 1 })
        }
    }
}
