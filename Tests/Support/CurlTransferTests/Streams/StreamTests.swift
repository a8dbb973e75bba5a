// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(1)))
struct StreamTests {
    @Test(arguments: drivers, Framing.allCases)
    func chunksArriveAsSent(driver: CurlTransfer.Driver, framing: Framing) async throws {
        let gate = BlockingGate()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(framing.head(10))
            for number in UInt8(0)..<10 {
                gate.pass()
                try connection.write(framing.piece([number]))
            }
            gate.pass()
            try connection.write(framing.end)
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: server.url))
            #expect(stream.status == 200)
            var pieces = stream.makeAsyncIterator()
            for number in UInt8(0)..<10 {
                gate.open()
                #expect(try await pieces.next() == [number])
            }
            gate.open()
            #expect(try await pieces.next() == nil)
            #expect(try await pieces.next() == nil)
        }
    }

    @Test(arguments: drivers)
    func bufferedBytesAreReadAsOneChunk(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
            for number in UInt8(0)..<200 { try connection.write(Framing.chunked.piece([number])) }
            try connection.write(Framing.chunked.end)
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: server.url))
            // The connection ends after the client has received the whole response.
            #expect(await eventually { server.openConnections == 0 })
            let pieces = try await stream.reduce(into: []) { $0.append($1) }
            #expect(pieces == [Array(0..<200)])
        }
    }

    @Test(arguments: drivers)
    func errorStatusIsAResponse(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { _ in
            ScriptedResponse(status: 401, headers: [("X-Reason", "token")], text: "no")
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(method: "POST", url: server.url, body: [1]))
            #expect(stream.status == 401)
            #expect(stream.headers["x-reason"] == "token")
            #expect(try await stream.collect() == Array("no".utf8))
        }
    }

    @Test(arguments: drivers, ["GET", "HEAD"])
    func emptyBodyEndsImmediately(driver: CurlTransfer.Driver, method: String) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            for _ in 0..<20 {
                let stream = try await http.stream(CurlRequest(method: method, url: server.url))
                #expect(try await stream.collect() == [])
            }
        }
        #expect(server.acceptedConnections == 1)
    }

    @Test(arguments: drivers)
    func interimResponsesDoNotOpenAStream(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write("HTTP/1.1 103 Early Hints\r\nX: interim\r\n\r\n")
            try connection.write("HTTP/1.1 201 Created\r\nX: final\r\nContent-Length: 2\r\n\r\nok")
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: server.url))
            #expect(stream.status == 201)
            #expect(stream.headers["X"] == "final")
            #expect(try await stream.collect() == Array("ok".utf8))
        }
    }

    @Test(arguments: drivers, ["", "HTTP/1.1 200 OK\r\nX: "])
    func timeoutAppliesToHeader(driver: CurlTransfer.Driver, start: String) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(start)
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let time = await ContinuousClock().measure {
                let kind = await failureKind {
                    try await http.stream(CurlRequest(url: server.url, timeout: .milliseconds(300)))
                }
                #expect(kind == .timedOut)
            }
            #expect(time >= .milliseconds(299))
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test(arguments: drivers)
    func bodyMayExceedTimeout(driver: CurlTransfer.Driver) async throws {
        let gate = BlockingGate()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(Framing.length.head(2) + "a")
            gate.pass()
            try connection.write("b")
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: server.url, timeout: .milliseconds(500)))
            #expect(await always(during: .milliseconds(1000)) { server.openConnections == 1 })
            gate.open()
            #expect(try await stream.collect() == Array("ab".utf8))
        }
    }

    @Test(
        arguments: drivers,
        ["Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"])
    func truncatedBodyThrows(driver: CurlTransfer.Driver, answer: String) async throws {
        for byReset in [false, true] {
            let gate = BlockingGate()
            let server = try ScriptedServer { connection in
                _ = try connection.readRequest()
                try connection.write("HTTP/1.1 200 OK\r\n" + answer)
                gate.pass()
                if byReset { connection.reset() }
            }
            defer { server.stop() }
            try await withTransfer(driver) { http in
                var pieces = try await http.stream(CurlRequest(url: server.url)).makeAsyncIterator()
                #expect(try await pieces.next() == Array("half".utf8))
                gate.open()
                #expect(await failureKind { try await pieces.next() } == .connectionLost)
                // A second read must not report a complete body.
                #expect(await failureKind { try await pieces.next() } == .connectionLost)
            }
        }
    }

    @Test(arguments: drivers)
    func streamWithoutServerThrows(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in _ = try connection.readRequest() }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            #expect(await failureKind { try await http.stream(CurlRequest(url: server.url)) } == .connectionLost)
            server.stop()
            #expect(await failureKind { try await http.stream(CurlRequest(url: server.url)) } == .couldNotConnect)
            #expect(await failureKind { try await http.stream(CurlRequest(url: "ftp://x/")) } == .invalidURL)
        }
    }

    @Test(arguments: drivers)
    func endlessTrailersAreRejected(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(Framing.chunked.head(0) + "2\r\nok\r\n0\r\n")
            while true { try connection.write("X-Filler: " + String(repeating: "x", count: 2000) + "\r\n") }
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: server.url))
            #expect(await failureKind { try await stream.collect() } == .headersTooLarge)
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test(arguments: drivers)
    func manyStreamsRunConcurrentlyWithRequests(driver: CurlTransfer.Driver) async throws {
        let gate = BlockingGate()
        let server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                guard let number = UInt8(request.target.dropFirst()) else {
                    try connection.write(ScriptedResponse(text: request.target))
                    continue
                }
                try connection.write(Framing.chunked.head(0))
                for step in UInt8(0)..<5 {
                    gate.pass()
                    try connection.write(Framing.chunked.piece([number, step]))
                }
                try connection.write(Framing.chunked.end)
            }
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let opened = Counter()
            try await withThrowingTaskGroup { group in
                for number in UInt8(0)..<200 {
                    group.addTask {
                        let stream = try await http.stream(CurlRequest(url: "\(server.url)/\(number)"))
                        opened.add()
                        #expect(try await stream.collect() == (UInt8(0)..<5).flatMap { [number, $0] })
                    }
                }
                #expect(await eventually { opened.value == 200 })
                for round in 0..<5 {
                    for _ in 0..<20 {
                        let response = try await http.perform(CurlRequest(url: "\(server.url)/plain/\(round)"))
                        #expect(response.body == Array("/plain/\(round)".utf8))
                    }
                    gate.open(steps: 200)
                }
                try await group.waitForAll()
            }
        }
        #expect(server.acceptedConnections == 201)
    }
}
