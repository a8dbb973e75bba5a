// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import TestSupport
import Testing

/// Ending a stream before its body is complete.
@Suite(.blocking, .timeLimit(.minutes(1)))
struct StreamEndTests {
    /// A server that responds with a header and waits until the client disconnects.
    private func silentServer() throws -> ScriptedServer {
        try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(Framing.chunked.head(0))
            _ = connection.readToEnd()
        }
    }

    private func hasNoConnections(_ server: ScriptedServer) async -> Bool {
        await eventually { server.openConnections == 0 }
    }

    @Test(arguments: drivers)
    func cancelledReaderEndsTransfer(driver: CurlTransfer.Driver) async throws {
        let server = try silentServer()
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: server.url))
            let reading = Counter()
            let task = Task {
                reading.add()
                return try await stream.collect()
            }
            #expect(await eventually { reading.value == 1 })
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(await hasNoConnections(server))
            await #expect(throws: CancellationError.self) { try await stream.collect() }
        }
    }

    @Test(arguments: drivers)
    func cancelEndsTheTransferAndTheReader(driver: CurlTransfer.Driver) async throws {
        let server = try silentServer()
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: server.url))
            let task = Task { try await stream.collect() }
            stream.cancel()
            stream.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(await hasNoConnections(server))
        }
    }

    @Test(arguments: drivers)
    func releasedStreamEndsTransfer(driver: CurlTransfer.Driver) async throws {
        let server = try silentServer()
        defer { server.stop() }
        try await withTransfer(driver) { http in
            do {
                let stream = try await http.stream(CurlRequest(url: server.url))
                #expect(stream.status == 200)
                #expect(server.openConnections == 1)
            }
            #expect(await hasNoConnections(server))
        }
    }

    @Test(arguments: drivers)
    func iteratorKeepsStreamAlive(driver: CurlTransfer.Driver) async throws {
        let gate = BlockingGate()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(Framing.length.head(2))
            gate.pass()
            try connection.write("ok")
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        var pieces: CurlStream.Iterator?
        do {
            // The stream retains its transfer.
            let http = CurlTransfer(configuration: .init(driver: driver))
            pieces = try await http.stream(CurlRequest(url: server.url)).makeAsyncIterator()
        }
        #expect(await always(during: .milliseconds(100)) { server.openConnections == 1 })
        gate.open()
        #expect(try await pieces?.next() == Array("ok".utf8))
        pieces = nil
        #expect(await hasNoConnections(server))
    }

    @Test(arguments: drivers)
    func closeEndsStreams(driver: CurlTransfer.Driver) async throws {
        let server = try silentServer()
        defer { server.stop() }
        let http = CurlTransfer(configuration: .init(driver: driver))
        let stream = try await http.stream(CurlRequest(url: server.url))
        async let kind = failureKind { try await stream.collect() }
        await http.close()
        #expect(await kind == .closed)
        #expect(await hasNoConnections(server))
        #expect(await failureKind { try await http.stream(CurlRequest(url: server.url)) } == .closed)
        #expect(server.acceptedConnections == 1)
    }

    /// A way to end a stream without a reader.
    enum End: CaseIterable {
        case cancel, drop, close, task
    }

    @Test(arguments: drivers, End.allCases)
    func pausedStreamCanBeEnded(driver: CurlTransfer.Driver, end: End) async throws {
        let endless = try EndlessServer()
        defer { endless.server.stop() }
        let http = CurlTransfer(configuration: .init(driver: driver))
        var stream: CurlStream? = try await http.stream(CurlRequest(url: endless.server.url))
        #expect(await endless.isStalled())
        switch end {
        case .cancel:
            stream?.cancel()
            await #expect(throws: CancellationError.self) { try await stream?.collect() }
        case .drop:
            stream = nil
        case .close:
            await http.close()
            #expect(await failureKind { try await stream?.collect() } == .closed)
        case .task:
            let task = Task { [stream] in
                withUnsafeCurrentTask { $0?.cancel() }
                var pieces = stream?.makeAsyncIterator()
                return try await pieces?.next()
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(await hasNoConnections(endless.server))
        await http.close()
    }

    @Test(arguments: drivers)
    func cancelledCallerGetsNoStream(driver: CurlTransfer.Driver) async throws {
        let requests = Counter()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            requests.add()
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let task = Task { try await http.stream(CurlRequest(url: server.url)) }
            #expect(await eventually { requests.value == 1 })
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(await hasNoConnections(server))
        }
    }

    @Test(arguments: drivers)
    func cancelledStreamIsNotComplete(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: server.url))
            // The connection ends after the client has received the whole response.
            #expect(await hasNoConnections(server))
            stream.cancel()
            await #expect(throws: CancellationError.self) { try await stream.collect() }
        }
    }

    @Test(arguments: drivers)
    func multipleReadersShareChunks(driver: CurlTransfer.Driver) async throws {
        let gate = BlockingGate()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(Framing.chunked.head(0))
            for _ in 0..<100 {
                gate.pass()
                try connection.write(Framing.chunked.piece([1]))
            }
            try connection.write(Framing.chunked.end)
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let stream = try await http.stream(CurlRequest(url: server.url))
            async let first = stream.collect()
            async let second = stream.collect()
            gate.open(steps: 100)
            #expect(try await first.count + second.count == 100)
        }
    }

    /// Streams that are ended in different ways at the same time, while the transfer is closed.
    @Test(arguments: drivers)
    func concurrentEndingsResolveOnce(driver: CurlTransfer.Driver) async throws {
        let endless = try EndlessServer()
        defer { endless.server.stop() }
        var random = SeededGenerator(seed: 5)
        for _ in 0..<10 {
            let http = CurlTransfer(configuration: .init(driver: driver))
            let delay = Int.random(in: 0...20_000, using: &random)
            await withTaskGroup { group in
                for number in 0..<20 {
                    let pause = Int.random(in: 0...10_000, using: &random)
                    group.addTask {
                        let task = Task {
                            let stream = try await http.stream(CurlRequest(url: endless.server.url))
                            for try await bytes in stream {
                                #expect(!bytes.isEmpty)
                                if number.isMultiple(of: 4) { return }
                                if number % 4 == 1 { stream.cancel() }
                            }
                            Issue.record("the endless body has ended")
                        }
                        try? await Task.sleep(for: .microseconds(pause))
                        if number % 4 == 2 { task.cancel() }
                        if case .failure(let error) = await task.result {
                            #expect(error is CancellationError || (error as? CurlError)?.kind == .closed)
                        }
                    }
                }
                try? await Task.sleep(for: .microseconds(delay))
                await http.close()
            }
        }
        #expect(await hasNoConnections(endless.server))
    }
}
