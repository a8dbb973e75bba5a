// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import TestSupport
import Testing

/// Responses of a broken or malicious server.
@Suite(.blocking, .timeLimit(.minutes(1)))
struct HostileServerTests {
    /// The kind of failure when the server responds with these bytes and closes the connection.
    private func failure(
        _ driver: CurlTransfer.Driver, answering answer: String, maxBodySize: Int = 1000
    ) async throws -> CurlError.Kind? {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(answer)
        }
        defer { server.stop() }
        return try await withTransfer(driver) { http in
            await failureKind {
                try await http.perform(
                    CurlRequest(url: server.url, timeout: .seconds(20), maxBodySize: maxBodySize))
            }
        }
    }

    @Test(arguments: drivers)
    func truncatedBodyFails(driver: CurlTransfer.Driver) async throws {
        let kind = try await failure(driver, answering: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        #expect(kind == .connectionLost)
    }

    @Test(arguments: drivers)
    func truncatedChunkedBodyFails(driver: CurlTransfer.Driver) async throws {
        let kind = try await failure(
            driver, answering: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        #expect(kind == .connectionLost)
    }

    /// libcurl reports the same code as for a lost connection.
    @Test(arguments: drivers)
    func malformedChunkFails(driver: CurlTransfer.Driver) async throws {
        let kind = try await failure(
            driver, answering: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\nhello")
        #expect(kind == .connectionLost)
    }

    @Test(arguments: drivers, ["", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nX: y\r\n"])
    func earlyCloseIsConnectionLost(driver: CurlTransfer.Driver, answer: String) async throws {
        #expect(try await failure(driver, answering: answer) == .connectionLost)
    }

    @Test(arguments: drivers)
    func resetIsConnectionLost(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            connection.reset()
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let kind = await failureKind { try await http.perform(CurlRequest(url: server.url)) }
            #expect(kind == .connectionLost)
        }
    }

    @Test(
        arguments: drivers,
        [
            "-ERR unknown command\r\n\r\n", "\0\u{1}\u{2}\u{3}\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n",
            "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello",
        ])
    func invalidResponseIsRejected(driver: CurlTransfer.Driver, answer: String) async throws {
        let kind = try await failure(driver, answering: answer)
        #expect(kind == .badResponse)
    }

    @Test(arguments: drivers)
    func excessBytesAreNotTheNextResponse(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nX: evil\r\n\r\n")
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            for _ in 0..<2 {
                let response = try await http.perform(CurlRequest(url: server.url))
                #expect(response.body == Array("ok".utf8))
                #expect(response.headers["X"] == nil)
            }
        }
        // The excess bytes must not be read as the next response.
        #expect(server.acceptedConnections == 2)
    }

    @Test(
        arguments: drivers,
        [
            "Content-Length: 1001", "Content-Length: 99999999999", "Transfer-Encoding: chunked", "Connection: close",
        ])
    func oversizedBodyIsRejected(driver: CurlTransfer.Driver, framing: String) async throws {
        let written = Counter()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n")
            if framing.hasPrefix("T") { try connection.write("fffffff\r\n") }
            // Endless if the framing allows it, until the client ends it.
            let count = framing.hasSuffix("1001") ? 1 : Int.max
            for _ in 0..<count {
                try connection.write([UInt8](repeating: 0x78, count: 1001))
                written.add()
            }
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let kind = await failureKind {
                try await http.perform(CurlRequest(url: server.url, timeout: .seconds(20), maxBodySize: 1000))
            }
            #expect(kind == .bodyTooLarge)
            #expect(await eventually { server.openConnections == 0 })
        }
        // The sockets' buffers hold a few megabytes.
        #expect(written.value < 20_000)
    }

    @Test(arguments: drivers)
    func bodyOfMaxSizeIsAccepted(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse(body: [UInt8](repeating: 1, count: 1000)) }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let exact = try await http.perform(CurlRequest(url: server.url, maxBodySize: 1000))
            #expect(exact.body.count == 1000)
            for size in [999, 0, -1, Int.min] {
                let kind = await failureKind {
                    try await http.perform(CurlRequest(url: server.url, maxBodySize: size))
                }
                #expect(kind == .bodyTooLarge)
            }
            let most = try await http.perform(CurlRequest(url: server.url, maxBodySize: .max))
            #expect(most.body.count == 1000)
        }
    }

    /// An endless header.
    enum OversizedHeader: String, CaseIterable {
        case large, many, oneLine, interim, trailers

        var start: String {
            switch self {
            case .large, .many: "HTTP/1.1 200 OK\r\n"
            case .oneLine: "HTTP/1.1 200 OK\r\nX: "
            case .interim: ""
            case .trailers: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
            }
        }

        var unit: String {
            switch self {
            case .large, .trailers: "X-Filler: " + String(repeating: "x", count: 2000) + "\r\n"
            case .many: "X: y\r\n"
            case .oneLine: String(repeating: "x", count: 1000)
            case .interim: "HTTP/1.1 100 Continue\r\nX-Filler: x\r\n\r\n"
            }
        }
    }

    @Test(arguments: drivers, OversizedHeader.allCases)
    func oversizedHeaderIsRejected(driver: CurlTransfer.Driver, oversizedHeader: OversizedHeader) async throws {
        let written = Counter()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(oversizedHeader.start)
            while true {
                try connection.write(oversizedHeader.unit)
                written.add()
            }
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let kind = await failureKind { try await http.perform(CurlRequest(url: server.url, timeout: .seconds(20))) }
            #expect(kind == .headersTooLarge)
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    /// Every response ends the request with a result or a `CurlError`, and none traps.
    @Test(arguments: drivers)
    func randomResponsesNeverCrash(driver: CurlTransfer.Driver) async throws {
        let valid = Array(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n c\r\n\r\nhelloHTTP/1.1 100 C\r\n\r\n".utf8)
        let seeds = Counter()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            var random = SeededGenerator(seed: UInt64(seeds.add()) &* 0x9E37_79B9_7F4A_7C15)
            var bytes = valid
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: index)
                default: bytes.remove(at: index)
                }
            }
            try connection.write(bytes)
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            for _ in 0..<300 {
                do {
                    let response = try await http.perform(CurlRequest(url: server.url, timeout: .seconds(20)))
                    #expect(response.status >= 200)
                    _ = response.headers.fields
                } catch {
                    #expect(error is CurlError)
                }
            }
        }
    }
}
