// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl
import MicroCore

/// The event loop of a socket: connects, then sends and receives until the connection ends. Confined to one thread.
struct CurlSocketLoop: ~Copyable {
    /// The maximum number of bytes per read.
    private static let readSize = 256 * 1024
    /// The maximum number of reads before the next send.
    private static let maxConsecutiveReads = 8
    /// At this output size or more, further output is expected soon, and a short wait allows sending it together.
    private static let streamingThreshold = 4 * 1024
    /// The output size that ends that wait.
    private static let batchSize = 64 * 1024
    /// The maximum duration of that wait, in nanoseconds.
    private static let batchDelayNanoseconds = 1_000_000

    private let socket: CurlSocket
    private let target: CurlSocketTarget
    private let tls: CurlTLS
    private let reader: any CurlSocketReader
    private let wakeup: CurlWakeup
    private var connection: CurlConnection
    private var webSocket: WebSocketCodec?
    /// Whether the connection may have received bytes in its buffers although the descriptor is not readable, as with
    /// TLS.
    private var isBuffering: Bool
    private var output = CurlOutput()
    private var sent = 0
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 16)

    static func run(
        _ socket: CurlSocket, _ target: CurlSocketTarget, _ tls: CurlTLS, deadline: ContinuousClock.Instant,
        _ reader: any CurlSocketReader
    ) {
        guard let wakeup = CurlWakeup() else {
            return socket.threadEnded(
                CurlError(kind: .other, message: "the process has no descriptor left for a connection"))
        }
        socket.threadStarted(wakeup)
        var wasConnected = false
        do throws(CurlError) {
            let connection = try CurlConnection(to: target, tls: tls, timeout: deadline - .now) { !socket.isClosing }
            var loop = CurlSocketLoop(socket, target, tls, reader, wakeup, connection)
            defer { loop.input.deallocate() }
            try loop.openWebSocket(by: deadline)
            try socket.handshakesCompleted()
            wasConnected = true
            try loop.serve()
        } catch {
            // After `close()`, no other error is reported.
            let error = socket.isClosing ? .socketClosed : error
            if wasConnected { reader.end(error) }
            socket.threadEnded(error)
        }
        wakeup.close()
    }

    private init(
        _ socket: CurlSocket, _ target: CurlSocketTarget, _ tls: CurlTLS, _ reader: any CurlSocketReader,
        _ wakeup: CurlWakeup, _ connection: CurlConnection
    ) {
        self.socket = socket
        self.target = target
        self.tls = tls
        self.reader = reader
        self.wakeup = wakeup
        self.connection = connection
        isBuffering = target.usesTLS
    }

    /// Sends and receives until the connection ends, which is always an error.
    private mutating func serve() throws(CurlError) {
        while true {
            // Partly sent output has already been framed.
            let isNew = output.count == 0
            switch socket.takeOutput(into: &output) {
            case .serve: break
            case .upgrade(let upgrade): try startTLS(upgrade)
            case .close: throw CurlError.socketClosed
            }
            let isStreaming = output.count >= Self.streamingThreshold
            if isNew { webSocket?.frame(&output) }
            let isBlocked = try !sendOutput()
            let isDrained = try receiveInput()
            guard isDrained, isBlocked || webSocket?.hasPendingPongs != true else { continue }
            let isBatching = isStreaming && !isBlocked
            let size = isBatching ? Self.batchSize : isBlocked ? .max : 1
            guard socket.prepareToSleep(untilBytes: size) else { continue }
            wait(isBlocked: isBlocked, nanoseconds: isBatching ? Self.batchDelayNanoseconds : -1)
        }
    }

    private func wait(isBlocked: Bool, nanoseconds: Int) {
        var (found, signaled): (Int32, Int32) = (0, 0)
        let wanted = CCURL_READABLE | (isBlocked ? CCURL_WRITABLE : 0)
        // A failed wait reports no events; a read reports a failed connection.
        _ = ccurl_poll(connection.descriptor, wanted, wakeup.descriptor, CCURL_READABLE, nanoseconds, &found, &signaled)
        if signaled != 0 { wakeup.clear() }
    }

    // MARK: Sending

    /// Sends the output. Returns whether all of it was sent.
    private mutating func sendOutput() throws(CurlError) -> Bool {
        while sent < output.count {
            let rest = UnsafeRawBufferPointer(rebasing: output.bytes[sent...])
            guard case .bytes(let count) = try connection.send(rest) else { return false }
            sent += count
        }
        sent = 0
        output.removeAll()
        return true
    }

    // MARK: Receiving

    /// Receives what is available. Returns false if more may be available although the descriptor is not readable.
    private mutating func receiveInput() throws(CurlError) -> Bool {
        for _ in 0..<Self.maxConsecutiveReads {
            guard case .bytes(let count) = try connection.receive(into: input) else { return true }
            guard count > 0 else {
                throw CurlError(kind: .connectionLost, message: "the server closed the connection")
            }
            try deliver(UnsafeRawBufferPointer(rebasing: input[..<count]))
            if !isBuffering, count < Self.readSize { return true }
        }
        return false
    }

    private mutating func deliver(_ bytes: UnsafeRawBufferPointer) throws(CurlError) {
        guard webSocket != nil else { return reader.receive(bytes, from: socket) }
        let (reader, socket) = (reader, socket)
        try webSocket?.unframe(bytes) { reader.receive($0, from: socket) }
    }

    // MARK: Handshakes

    private mutating func startTLS(_ upgrade: CurlTLSUpgrade) throws(CurlError) {
        do throws(CurlError) {
            let socket = socket
            connection = try CurlTLSRelay.upgrade(connection, to: target, tls: tls, deadline: upgrade.deadline) {
                !socket.isClosing
            }
            isBuffering = true
            upgrade.completion.resolve()
        } catch {
            upgrade.completion.reject(with: error)
            throw error
        }
    }

    private mutating func openWebSocket(by deadline: ContinuousClock.Instant) throws(CurlError) {
        guard let path = target.webSocketPath else { return }
        var handshake = WebSocketHandshake(
            host: target.authority, path: path, headers: target.webSocketHeaders)
        output.append(handshake.request)
        while true {
            let isBlocked = try !sendOutput()
            if case .bytes(let count) = try connection.receive(into: input) {
                guard count > 0 else {
                    throw CurlError(
                        kind: .connectionLost,
                        message: "the server closed the connection during the WebSocket handshake")
                }
                guard let rest = try handshake.receive(input[..<count]) else { continue }
                webSocket = WebSocketCodec()
                return try rest.withUnsafeBytes { bytes in
                    Result { () throws(CurlError) in try deliver(bytes) }
                }.get()
            }
            guard deadline > .now, !socket.isClosing else {
                throw CurlError(
                    kind: .timedOut, message: "the WebSocket handshake was not complete within the time limit")
            }
            wait(isBlocked: isBlocked, nanoseconds: (deadline - .now).curlMilliseconds * 1_000_000)
        }
    }
}
