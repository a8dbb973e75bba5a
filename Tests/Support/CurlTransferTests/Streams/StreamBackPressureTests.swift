// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(1)))
struct StreamBackPressureTests {
    private static let size = 128 * 1024 * 1024

    /// A server that sends `size` bytes of the pattern in pieces of various sizes, and counts them.
    private func server(_ framing: Framing, _ pattern: BodyPattern, written: Counter) throws -> ScriptedServer {
        try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(framing.head(Self.size))
            var random = SeededGenerator(seed: 3)
            var offset = 0
            while offset < Self.size {
                let most = [1, 100, 20_000, 130_000].randomElement(using: &random) ?? 1
                let piece = pattern.bytes(
                    at: offset, count: min(Int.random(in: 1...most, using: &random), Self.size - offset))
                try connection.write(framing.piece(piece))
                offset += piece.count
                written.add(piece.count)
            }
            try connection.write(framing.end)
        }
    }

    @Test(arguments: drivers, Framing.allCases)
    func slowReaderAppliesBackPressure(driver: CurlTransfer.Driver, framing: Framing) async throws {
        let written = Counter()
        let pattern = BodyPattern()
        let server = try server(framing, pattern, written: written)
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: server.url, maxBodySize: 0))
            #expect(await isStalled(written, beyond: 256 * 1024))
            // In addition to the 256 KiB, the sockets' buffers hold a few megabytes.
            #expect(written.value < 24 * 1024 * 1024)
            var read = 0
            var largest = 0
            for try await piece in stream {
                #expect(pattern.matches(piece, at: read))
                read += piece.count
                largest = max(largest, piece.count)
            }
            #expect(read == Self.size)
            #expect(largest <= 256 * 1024)
        }
    }

    /// A stream without a reader does not delay other requests.
    @Test(arguments: drivers)
    func pausedStreamDoesNotBlockOtherRequests(driver: CurlTransfer.Driver) async throws {
        let endless = try EndlessServer()
        defer { endless.server.stop() }
        let server = try ScriptedServer { request in ScriptedResponse(text: request.target) }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: endless.server.url))
            #expect(await endless.isStalled())
            for number in 0..<100 {
                let response = try await http.perform(CurlRequest(url: "\(server.url)/\(number)"))
                #expect(response.body == Array("/\(number)".utf8))
            }
            stream.cancel()
        }
    }
}
