// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Synchronization
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(1))) struct SocketTests {
    @Test func bytesArriveInOrderInBothDirections() async throws {
        let server = try ScriptedServer { connection in
            while true { try connection.write(try connection.read(count: 1000)) }
        }
        let recorder = SocketRecorder()
        let socket = try await connect(to: server, recorder)
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for start in stride(from: 0, to: bytes.count, by: 1000) {
            let capacity = socket.write { $0.append(Array(bytes[start..<(start + 1000)])) }
            if capacity == .full { await socket.waitForRoom() }
        }
        #expect(await eventually { recorder.count == bytes.count })
        #expect(recorder.bytes == bytes)
        await socket.close()
        #expect(recorder.error?.kind == .closed)
        #expect(socket.write { $0.append([1]) } == .closed)
        server.stop()
    }

    @Test func serverCloseIsReported() async throws {
        let server = try ScriptedServer { connection in try connection.write("bye") }
        let recorder = SocketRecorder()
        let socket = try await connect(to: server, recorder)
        #expect(await eventually { recorder.error != nil })
        #expect(recorder.error?.kind == .connectionLost)
        #expect(recorder.bytes == Array("bye".utf8))
        await socket.close()
        server.stop()
    }

    @Test func connectionFailuresAreReported() async throws {
        let server = try ScriptedServer { _ in }
        let port = server.port
        server.stop()
        #expect(
            await failureKind {
                try await CurlSocket.connect(
                    to: CurlSocketTarget(host: "127.0.0.1", port: port), tls: .init(), timeout: .seconds(5),
                    reader: SocketRecorder())
            } == .couldNotConnect)
        #expect(
            await failureKind {
                try await CurlSocket.connect(
                    to: CurlSocketTarget(host: "nowhere.invalid", port: 1), tls: .init(), timeout: .seconds(5),
                    reader: SocketRecorder())
            } == .couldNotResolve)
    }

    @Test func stalledHandshakeTimesOut() async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        var target = CurlSocketTarget(host: "127.0.0.1", port: server.port)
        target.webSocketPath = "/"
        #expect(
            await failureKind {
                try await CurlSocket.connect(
                    to: target, tls: .init(), timeout: .milliseconds(200), reader: SocketRecorder())
            } == .timedOut)
        target.webSocketPath = nil
        target.usesTLS = true
        #expect(
            await failureKind {
                try await CurlSocket.connect(
                    to: target, tls: .init(), timeout: .milliseconds(200), reader: SocketRecorder())
            } == .timedOut)
        server.stop()
    }

    @Test func cancellationEndsHandshakeImmediately() async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        let target = CurlSocketTarget(host: "127.0.0.1", port: server.port, webSocketPath: "/")
        let task = Task {
            try await CurlSocket.connect(to: target, tls: .init(), timeout: .seconds(60), reader: SocketRecorder())
        }
        #expect(await eventually { server.acceptedConnections == 1 })
        let took = await ContinuousClock().measure {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(took < .seconds(30))
        // The connection is closed as well.
        #expect(await eventually { server.openConnections == 0 })
        server.stop()
    }

    @Test(arguments: [
        "HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        "INFO {}\r\n\r\n",
    ])
    func invalidWebSocketHandshakeIsRejected(_ answer: String) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.read(until: "\r\n\r\n")
            try connection.write(answer)
        }
        let target = CurlSocketTarget(host: "127.0.0.1", port: server.port, webSocketPath: "/")
        #expect(
            await failureKind {
                try await CurlSocket.connect(to: target, tls: .init(), timeout: .seconds(5), reader: SocketRecorder())
            } == .badResponse)
        server.stop()
    }

    /// If the server does not read, the output buffer is bounded and writers have to wait.
    @Test func writersWaitForSlowServer() async throws {
        let gate = ThreadBarrier(count: 2)
        let server = try ScriptedServer { connection in
            gate.arriveAndWait()
            _ = connection.readToEnd()
        }
        let socket = try await connect(to: server, SocketRecorder())
        let block = [UInt8](repeating: 1, count: 64 * 1024)
        var capacity = CurlSocket.WriteCapacity.available
        var written = 0
        while capacity == .available, written < 512 {
            capacity = socket.write { $0.append(block) }
            written += 1
        }
        #expect(capacity == .full)
        let task = Task { await socket.waitForRoom() }
        gate.arriveAndWait()
        await task.value
        await socket.close()
        server.stop()
    }

    private func connect(to server: ScriptedServer, _ recorder: SocketRecorder) async throws -> CurlSocket {
        try await CurlSocket.connect(
            to: CurlSocketTarget(host: "127.0.0.1", port: server.port), tls: .init(), timeout: .seconds(5),
            reader: recorder
        )
    }
}

/// Records received bytes and the end of the connection.
final class SocketRecorder: CurlSocketReader, Sendable {
    private let state = Mutex<(bytes: [UInt8], error: CurlError?)>(([], nil))

    var bytes: [UInt8] { state.withLock(\.bytes) }
    var count: Int { state.withLock(\.bytes.count) }
    var error: CurlError? { state.withLock(\.error) }

    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket) {
        state.withLock { $0.bytes.append(contentsOf: bytes) }
    }

    func end(_ error: CurlError) { state.withLock { $0.error = error } }
}
