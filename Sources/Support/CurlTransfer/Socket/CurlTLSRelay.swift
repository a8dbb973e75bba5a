// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl
import Foundation

/// TLS on a connection that was plain at first. libcurl makes no handshake on a socket that is connected already, but it
/// does on a Unix socket: one of this process, behind which the plain connection is.
///
/// A thread of its own carries the encrypted bytes between the two, until either ends.
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

        /// Moves what can be moved now.
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

    /// Makes the handshake. Blocks.
    ///
    /// - Returns: The connection to go on with; the plain one belongs to the relay now.
    static func upgrade(
        _ plain: CurlConnection, to target: CurlSocketTarget, tls: CurlTLS, deadline: ContinuousClock.Instant,
        while shouldContinue: @escaping () -> Bool
    ) throws(CurlError) -> CurlConnection {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "micro-\(UUID().uuidString.prefix(8))")
        let path = folder.appendingPathComponent("tls").path
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CurlError(kind: .other, message: "no folder for a socket can be made at \(folder.path): \(error)")
        }
        let listener = ccurl_unix_listen(path)
        guard listener >= 0 else {
            throw CurlError(kind: .other, message: "no socket can be made at \(path): is the path too long?")
        }
        // The thread is the only one that has the plain connection from here on.
        nonisolated(unsafe) let plain = plain
        guard CurlThread.start({ run(listener, plain, by: deadline) }) else {
            ccurl_close(listener)
            throw CurlError(kind: .other, message: "the system has no thread left for a connection")
        }
        var target = target
        target.usesTLS = true
        target.address = nil
        return try CurlConnection(to: target, through: path, tls: tls, timeout: deadline - .now, while: shouldContinue)
    }

    private static func run(_ listener: Int32, _ plain: CurlConnection, by deadline: ContinuousClock.Instant) {
        let accepted = accept(listener, by: deadline)
        ccurl_close(listener)
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

    /// False when one of the two has gone while nobody wanted to read from it: poll tells of that again and again.
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

    private static func accept(_ listener: Int32, by deadline: ContinuousClock.Instant) -> Int32 {
        var (found, none): (Int32, Int32) = (0, 0)
        let nanoseconds = (deadline - .now).curlMilliseconds * 1_000_000
        _ = ccurl_poll(listener, CCURL_READABLE, -1, 0, nanoseconds, &found, &none)
        return found != 0 ? ccurl_accept(listener) : -1
    }
}
