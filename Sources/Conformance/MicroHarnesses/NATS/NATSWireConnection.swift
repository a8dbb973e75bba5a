// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroCore
import Synchronization

/// One connection of a ``NATSWireClient``, with a deadline for everything on it.
final class NATSWireConnection: CurlSocketReader, Sendable {
    private let received = Mutex<(bytes: [UInt8], error: CurlError?)>(([], nil))
    private let socket = Mutex<CurlSocket?>(nil)
    private let deadline: ContinuousClock.Instant

    init(timeout: Duration) { deadline = .now + timeout }

    func connect(to target: CurlSocketTarget, _ tls: CurlTLS) async throws {
        let socket = try await CurlSocket.connect(to: target, tls: tls, timeout: deadline - .now, reader: self)
        self.socket.withLock { $0 = socket }
    }

    func startTLS() async throws { try await socket.withLock(\.self)?.startTLS(timeout: deadline - .now) }

    func write(_ start: String, _ body: [UInt8], _ end: String) {
        socket.withLock(\.self)?.write { output in
            output.append(start)
            output.append(body)
            output.append(end)
        }
    }

    /// Reads up to and including a text.
    ///
    /// - Throws: `CurlError` if the connection ends or the deadline passes before the text.
    func readThrough(_ text: String) async throws -> String {
        while true {
            let found = try received.withLock { received -> String? in
                if let range = received.bytes.firstRange(of: Array(text.utf8)) {
                    defer { received.bytes.removeSubrange(..<range.upperBound) }
                    return String(decoding: received.bytes[..<range.upperBound], as: UTF8.self)
                }
                if let error = received.error { throw error }
                return nil
            }
            if let found { return found }
            guard deadline > .now else { throw CurlError(kind: .timedOut, message: "no \(text) before the deadline") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func close() async { await socket.withLock(\.self)?.close() }

    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket) {
        received.withLock { $0.bytes.append(contentsOf: bytes) }
    }

    func end(_ error: CurlError) { received.withLock { $0.error = error } }
}
