// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore
import TestSupport
import Testing

/// Requests to a server that accepts connections and never responds.
@Suite(.blocking, .timeLimit(.minutes(1))) struct BackendHTTPClientTests {
    /// The second request is not sent, so its error must not describe the server as unreachable.
    @Test func limitOfConcurrentRequestsIsReported() async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { server.stop() }
        let backend = BackendServer(kind: .test, number: 0, url: server.url)
        let client = BackendHTTPClient(
            tls: CurlTLS(), maxResponseSize: 1024, maxConcurrentRequests: 1, maxIdleConnections: 1, headers: { [] })
        let first = Task {
            try await client.response(to: BackendRequest("GET", "/"), from: backend, timeout: .seconds(50))
        }
        #expect(await eventually { server.acceptedConnections == 1 })
        let error = await #expect(throws: MicroError.self) {
            try await client.response(to: BackendRequest("GET", "/"), from: backend, timeout: .milliseconds(10))
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.message.contains("too many requests") == true)
        #expect(server.acceptedConnections == 1)
        first.cancel()
        _ = await first.result
        await client.close()
    }
}
