// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The thread's work for one socket: connects, then sends and receives until the end. Everything here is on one thread.
struct CurlSocketLoop: ~Copyable {
    /// How many bytes are read at a time.
    private static let readSize = 256 * 1024
    /// How often is read before it is the turn of sending again.
    private static let maxConsecutiveReads = 8
    /// Who writes so much at a time writes more soon: it is worth a short wait to send it together.
    private static let streamingThreshold = 4 * 1024
    /// As much as is worth a system call.
    private static let batchSize = 64 * 1024
    /// How long that wait is, in nanoseconds.
    private static let batchDelayNanoseconds = 1_000_000

    private let socket: CurlSocket
    private let target: CurlSocketTarget
    private let tls: CurlTLS
    private let reader: any CurlSocketReader
    private let wakeup: CurlWakeup
    private var connection: CurlConnection
    private var webSocket: WebSocketCodec?
    /// Whether bytes may be inside the connection that its descriptor does not tell of.
    private var isBuffering: Bool
    private var output = CurlOutput()
    private var sent = 0
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 16)

    static func run(
        _ socket: CurlSocket, _ target: CurlSocketTarget, _ tls: CurlTLS, deadline: ContinuousClock.Instant,
        _ reader: any CurlSocketReader
    ) {
        guard let wakeup = CurlWakeup() else {
            return socket.threadEnded(CurlError(kind: .other, message: "no descriptors left for a connection"))
        }
        socket.threadStarted(wakeup)
        var wasConnected = false
        do throws(CurlError) {
            let connection = try CurlConnection(to: target, tls: tls, timeout: deadline - .now) { !socket.isClosing }
            var loop = CurlSocketLoop(socket, target, tls, reader, wakeup, connection)
            defer { loop.input.deallocate() }
            try loop.openWebSocket(by: deadline)
            wasConnected = socket.connected(.success(()))
            try loop.serve()
        } catch {
            // Whoever closes it does not want to know what came of it.
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

    /// Goes on until the end, which is an error in any case.
    private mutating func serve() throws(CurlError) {
        while true {
            // What is being sent is in its frame already.
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
        // A failed wait is an empty one: what is broken is found by reading.
        _ = ccurl_poll(connection.descriptor, wanted, wakeup.descriptor, CCURL_READABLE, nanoseconds, &found, &signaled)
        if signaled != 0 { wakeup.clear() }
    }

    // MARK: Sending

    /// True when everything is sent.
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

    /// True when the descriptor tells of whatever comes next.
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
            // What was written before must not be sent behind the handshake.
            let socket = socket
            connection = try CurlTLSRelay.upgrade(connection, to: target, tls: tls, deadline: upgrade.deadline) {
                !socket.isClosing
            }
            isBuffering = true
            upgrade.end(.success(()))
        } catch {
            upgrade.end(.failure(error))
            throw error
        }
    }

    private mutating func openWebSocket(by deadline: ContinuousClock.Instant) throws(CurlError) {
        guard let path = target.webSocketPath else { return }
        var handshake = WebSocketHandshake(host: target.authority, path: path)
        output.append(handshake.request)
        while true {
            let isBlocked = try !sendOutput()
            if case .bytes(let count) = try connection.receive(into: input) {
                guard count > 0 else {
                    throw CurlError(
                        kind: .connectionLost, message: "the server closed the connection in the WebSocket handshake")
                }
                guard let rest = try handshake.receive(input[..<count]) else { continue }
                webSocket = WebSocketCodec()
                return try rest.withUnsafeBytes { bytes in
                    Result { () throws(CurlError) in try deliver(bytes) }
                }.get()
            }
            guard deadline > .now, !socket.isClosing else {
                throw CurlError(kind: .timedOut, message: "the WebSocket handshake took too long")
            }
            wait(isBlocked: isBlocked, nanoseconds: (deadline - .now).curlMilliseconds * 1_000_000)
        }
    }
}
