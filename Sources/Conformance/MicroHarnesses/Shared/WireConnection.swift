// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroCore
import Synchronization

/// One connection of a client that does not use the adapter, with a deadline for everything on it.
final class WireConnection: CurlSocketReader, Sendable {
    private let received = Mutex<(bytes: [UInt8], error: CurlError?)>(([], nil))
    private let socket = Mutex<CurlSocket?>(nil)
    private let deadline: ContinuousClock.Instant

    private init(timeout: Duration) { deadline = .now + timeout }

    /// Connects, calls a body, and closes the connection.
    ///
    /// - Parameters:
    ///   - target: The server.
    ///   - name: The name of the server and its address, for the error.
    ///   - tls: Used if the target requires it.
    ///   - timeout: For everything on the connection.
    /// - Throws: ``MicroCore/MicroError`` with `unavailable` for every failure, also of the body.
    static func with<Value>(
        _ target: CurlSocketTarget, name: String, tls: CurlTLS, timeout: Duration,
        _ body: (WireConnection) async throws -> Value
    ) async throws -> Value {
        let connection = WireConnection(timeout: timeout)
        do {
            try await connection.connect(to: target, tls)
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw MicroError(
                .unavailable, "no valid response from \(name): \(error); check the address", origin: "conformance")
        }
    }

    private func connect(to target: CurlSocketTarget, _ tls: CurlTLS) async throws {
        let socket = try await CurlSocket.connect(to: target, tls: tls, timeout: deadline - .now, reader: self)
        self.socket.withLock { $0 = socket }
    }

    func startTLS() async throws { try await socket.withLock(\.self)?.startTLS(timeout: deadline - .now) }

    func write(_ bytes: [UInt8]) { socket.withLock(\.self)?.write { $0.append(bytes) } }

    /// Waits until `take` returns a value from the received bytes. `take` removes the bytes that it uses.
    ///
    /// - Parameter what: The name of the expected data, for the error message.
    /// - Throws: `CurlError` if the connection ends or the deadline passes before; errors of the body.
    func read<Value>(_ what: String, _ take: (inout [UInt8]) throws -> Value?) async throws -> Value {
        while true {
            let found = try received.withLock { received -> Value? in
                if let value = try take(&received.bytes) { return value }
                if let error = received.error { throw error }
                return nil
            }
            if let found { return found }
            guard deadline > .now else { throw CurlError(kind: .timedOut, message: "no \(what) before the deadline") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private func close() async { await socket.withLock(\.self)?.close() }

    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket) {
        received.withLock { $0.bytes.append(contentsOf: bytes) }
    }

    func end(_ error: CurlError) { received.withLock { $0.error = error } }
}
