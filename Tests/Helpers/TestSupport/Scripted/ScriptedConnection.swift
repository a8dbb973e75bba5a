// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One connection of a ``ScriptedServer``, for the script's thread.
package final class ScriptedConnection: Sendable {
    private static let maxBufferSize = 16 * 1024 * 1024

    private let state: Mutex<State>

    private struct State {
        /// Nil after the connection was closed.
        var socket: RawSocket?
        /// Received bytes that the script has not read yet.
        var buffer: [UInt8] = []
    }

    init(_ socket: RawSocket) { state = Mutex(State(socket: socket)) }

    /// Reads up to and including the delimiter; nil if the peer has closed the connection before the first byte.
    ///
    /// - Throws: ``ScriptedServerError`` if the connection ends before the delimiter, or after 16 MiB without it.
    package func read(until delimiter: String) throws -> [UInt8]? {
        let wanted = Array(delimiter.utf8)
        var searched = 0
        while true {
            let (found, count) = state.withLock { state -> ([UInt8]?, Int) in
                let start = max(0, searched - wanted.count)
                guard let range = state.buffer[start...].firstRange(of: wanted) else {
                    return (nil, state.buffer.count)
                }
                let found = Array(state.buffer[..<range.upperBound])
                state.buffer.removeSubrange(..<range.upperBound)
                return (found, 0)
            }
            if let found { return found }
            searched = count
            guard count <= Self.maxBufferSize else { throw ScriptedServerError("no delimiter within 16 MiB") }
            guard try receive() else {
                guard count > 0 else { return nil }
                throw ScriptedServerError("the connection ended after \(count) bytes, before the delimiter")
            }
        }
    }

    /// Reads exactly `count` bytes.
    ///
    /// - Throws: ``ScriptedServerError`` if the connection ends before.
    package func read(count: Int) throws -> [UInt8] {
        while true {
            let found = state.withLock { state -> [UInt8]? in
                guard state.buffer.count >= count else { return nil }
                defer { state.buffer.removeFirst(count) }
                return Array(state.buffer.prefix(count))
            }
            if let found { return found }
            guard try receive() else { throw ScriptedServerError("the connection ended before \(count) bytes") }
        }
    }

    /// Reads until the peer closes or resets the connection, or the server stops.
    package func readToEnd() -> [UInt8] {
        while (try? receive()) == true {}
        return state.withLock { $0.buffer }
    }

    /// Reads one HTTP/1.1 request with a `Content-Length` or without a body; nil if the peer has closed the connection
    /// before the first byte.
    package func readRequest() throws -> ScriptedRequest? {
        guard let head = try read(until: "\r\n\r\n") else { return nil }
        var request = try ScriptedRequest(head: head)
        guard request["Transfer-Encoding"] == nil else {
            throw ScriptedServerError("requests with Transfer-Encoding are not supported")
        }
        if let length = request["Content-Length"] {
            guard let count = Int(length), count >= 0 else { throw ScriptedServerError("Content-Length: \(length)") }
            request.body = try read(count: count)
        }
        return request
    }

    /// Writes all bytes.
    ///
    /// - Throws: ``ScriptedServerError`` if the connection has ended.
    package func write(_ bytes: [UInt8]) throws {
        guard try openSocket().write(bytes) else { throw ScriptedServerError("the connection ended while writing") }
    }

    /// Writes a text.
    ///
    /// - Throws: ``ScriptedServerError`` if the connection has ended.
    package func write(_ text: String) throws { try write(Array(text.utf8)) }

    /// Writes a complete response.
    ///
    /// - Throws: ``ScriptedServerError`` if the connection has ended.
    package func write(_ response: ScriptedResponse) throws { try write(response.bytes) }

    /// Closes the connection. Only for the script's thread, because another thread may be in a read.
    package func close() { state.withLock { $0.socket = nil } }

    /// Resets the connection (RST). Only for the script's thread.
    package func reset() {
        state.withLock { state in
            state.socket?.resetOnClose()
            state.socket = nil
        }
    }

    /// Ends the connection, so that a read of the script returns. For any thread.
    func shutDown() { state.withLock { $0.socket?.shutDown() } }

    /// Returns false at the end of the connection.
    private func receive() throws -> Bool {
        switch try openSocket().read() {
        case .bytes(let bytes):
            state.withLock { $0.buffer += bytes }
            return true
        case .end: return false
        case .reset, .timedOut: throw ScriptedServerError("the peer has reset the connection")
        }
    }

    private func openSocket() throws -> RawSocket {
        guard let socket = state.withLock(\.socket) else { throw ScriptedServerError("the connection is closed") }
        return socket
    }
}
