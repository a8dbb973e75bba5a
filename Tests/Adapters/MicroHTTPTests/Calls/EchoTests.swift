// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import NIOCore
import TestSupport
import Testing

@Suite struct EchoTests {
    @Test("T01 empty bodies are transferred") func emptyBodiesAreTransferred() async throws {
        try await withServer(handler: echo) { served in
            let response = try await served.call(.test(body: ByteBuffer()))
            #expect(response.body.readableBytes == 0)
            #expect(response.contentType == "application/json")
            #expect(response.headers.isEmpty)
        }
    }

    @Test("T02 a request of 271,828 bytes and a response of 314,159 are transferred") func largeBodiesAreTransferred()
        async throws
    {
        let up = ByteBuffer(bytes: (0..<271_828).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let down = ByteBuffer(bytes: (0..<314_159).map { UInt8(truncatingIfNeeded: $0 &* 17) })
        let seen = ValueCollector<ByteBuffer>()
        try await withServer { request in
            seen.add(request.body)
            return TransportResponse(contentType: "application/octet-stream", body: down)
        } body: { served in
            let response = try await served.call(.test(body: up))
            #expect(response.body == down)
            #expect(seen.values == [up])
        }
    }

    @Test("T04 all byte values and invalid UTF-8 are transferred") func arbitraryBytesAreTransferred() async throws {
        let body = ByteBuffer(bytes: (0...255).map { UInt8($0) } + [0xC3, 0x28, 0xFF, 0xFE])
        try await withServer(handler: echo) { served in
            let response = try await served.call(.test(contentType: "application/octet-stream", body: body))
            #expect(response.body == body)
        }
    }

    @Test("the handler receives the request as it was sent") func handlerReceivesRequestAsSent() async throws {
        let seen = ValueCollector<TransportRequest>()
        try await withServer { request in
            seen.add(request)
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            let sent = TransportRequest.test(contentType: "Application/JSON; charset=utf-8", timeout: .seconds(300))
            let response = try await served.call(sent)
            let request = try #require(seen.values.first)
            #expect(request.service == "greeter")
            #expect(request.endpoint == "Greeter.Hello")
            #expect(request.contentType == "Application/JSON; charset=utf-8")
            #expect(response.contentType == "Application/JSON; charset=utf-8")
            #expect(request.body == sent.body)
            // The default is 30 s.
            #expect(abs(request.deadline.duration(to: sent.deadline) / .seconds(1)) < 60)
        }
    }

    @Test("each of 200 concurrent calls gets its own response") func concurrentCallsGetTheirOwnResponses() async throws
    {
        try await withServer(handler: echo) { served in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let body = ByteBuffer(string: String(repeating: "\(number),", count: 1 + number * 7))
                        return try await served.call(.test(body: body)).body == body
                    }
                }
                for try await isSame in group { #expect(isSame) }
            }
        }
    }

    @Test("successive calls use one connection") func connectionIsReused() async throws {
        let server = try ScriptedEchoServer()
        defer { server.stop() }
        try await withClient { client in
            for _ in 0..<20 { _ = try await client.call(.test(), to: server.address) }
        }
        #expect(server.acceptedConnections == 1)
    }
}
