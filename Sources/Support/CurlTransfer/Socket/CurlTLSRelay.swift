// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Starts TLS on a plain connection. libcurl 7.88 cannot perform a handshake on a socket that is already connected.
/// Therefore it connects to a Unix socket of this process, which relays the encrypted bytes to the plain connection.
///
/// The relay has its own thread, until either connection ends.
struct CurlTLSRelay {
    private struct Direction {
        private let from: Int32
        private let to: Int32
        private var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        private var filled = 0
        private var written = 0
        private(set) var isFinished = false

        init(from: Int32, to: Int32) {
            self.from = from
            self.to = to
        }

        var wantsToRead: Bool { !isFinished && filled == 0 }
        var wantsToWrite: Bool { !isFinished && filled > 0 }

        /// Moves bytes until one of the sides would block.
        mutating func move() {
            while !isFinished {
                if filled == 0 {
                    let count = ccurl_read(from, &bytes, bytes.count)
                    guard count != -1 else { return }
                    guard count > 0 else {
                        isFinished = true
                        return ccurl_end_writing(to)
                    }
                    (filled, written) = (count, 0)
                }
                let count = bytes[written..<filled].withUnsafeBytes { ccurl_write(to, $0.baseAddress, $0.count) }
                guard count != -1 else { return }
                guard count > 0 else {
                    isFinished = true
                    return
                }
                written += count
                if written == filled { filled = 0 }
            }
        }
    }

    /// Performs the handshake. Blocks.
    ///
    /// - Returns: The encrypted connection, which replaces the plain one. The relay owns the plain connection.
    static func upgrade(
        _ plain: CurlConnection, to target: CurlSocketTarget, tls: CurlTLS, deadline: ContinuousClock.Instant,
        while shouldContinue: @escaping () -> Bool
    ) throws(CurlError) -> CurlConnection {
        let listener = try CurlLocalListener()
        // From here on, only the thread of the relay uses the plain connection.
        nonisolated(unsafe) let plain = plain
        guard CurlThread.start({ run(listener, plain, by: deadline) }) else {
            listener.close()
            throw CurlError(kind: .other, message: "the system cannot create a thread for a connection")
        }
        var target = target
        target.usesTLS = true
        target.address = nil
        return try CurlConnection(
            to: target, through: listener.name, tls: tls, timeout: deadline - .now, while: shouldContinue)
    }

    private static func run(
        _ listener: CurlLocalListener, _ plain: CurlConnection, by deadline: ContinuousClock.Instant
    ) {
        let accepted = listener.accept(by: deadline)
        listener.close()
        guard accepted >= 0 else { return }
        defer { ccurl_close(accepted) }
        let socket = plain.descriptor
        guard socket >= 0, ccurl_make_nonblocking(socket) == 0, ccurl_make_nonblocking(accepted) == 0 else { return }
        var outbound = Direction(from: accepted, to: socket)
        var inbound = Direction(from: socket, to: accepted)
        while !outbound.isFinished, !inbound.isFinished {
            outbound.move()
            inbound.move()
            guard wait(accepted, socket, outbound, inbound) else { return }
        }
    }

    /// Waits until bytes can be moved. Returns false if a connection has ended while nothing is read from it: poll
    /// would report that in a busy loop.
    private static func wait(_ accepted: Int32, _ socket: Int32, _ outbound: Direction, _ inbound: Direction) -> Bool {
        guard !outbound.isFinished, !inbound.isFinished else { return false }
        var (first, second): (Int32, Int32) = (0, 0)
        _ = ccurl_poll(
            accepted, (outbound.wantsToRead ? CCURL_READABLE : 0) | (inbound.wantsToWrite ? CCURL_WRITABLE : 0),
            socket, (inbound.wantsToRead ? CCURL_READABLE : 0) | (outbound.wantsToWrite ? CCURL_WRITABLE : 0),
            -1, &first, &second)
        return (first & CCURL_READABLE == 0 || outbound.wantsToRead)
            && (second & CCURL_READABLE == 0 || inbound.wantsToRead)
    }
}
