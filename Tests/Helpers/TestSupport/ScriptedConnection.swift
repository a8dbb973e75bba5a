// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// One accepted connection, for the script's thread.
package final class ScriptedConnection: Sendable {
    private let state: Mutex<State>

    private struct State {
        /// `nil` once closed: the number may belong to somebody else by then.
        var descriptor: Int32?
        /// Read, but not asked for yet.
        var buffer: [UInt8] = []
    }

    init(_ descriptor: Int32) {
        state = Mutex(State(descriptor: descriptor))
        #if canImport(Darwin)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
        #endif
    }

    /// Reads up to and with the delimiter; `nil` when the peer closed before the first byte.
    ///
    /// - Throws: `ScriptedServerError` when the connection ends within it, or after 16 MiB without it.
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
            guard count <= 16 * 1024 * 1024 else { throw ScriptedServerError("no delimiter within 16 MiB") }
            guard try receive() else {
                guard count > 0 else { return nil }
                throw ScriptedServerError("the connection ended after \(count) bytes, before the delimiter")
            }
        }
    }

    /// Reads exactly `count` bytes.
    ///
    /// - Throws: `ScriptedServerError` when the connection ends before.
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

    /// Reads what comes until the peer closes or resets, or the server stops.
    package func readToEnd() -> [UInt8] {
        while (try? receive()) == true {}
        return state.withLock { $0.buffer }
    }

    /// Reads one HTTP/1.1 request whose body has a `Content-Length`; `nil` when the peer closed before its first byte.
    package func readRequest() throws -> ScriptedRequest? {
        guard let head = try read(until: "\r\n\r\n") else { return nil }
        var request = try ScriptedRequest(head: head)
        guard request["Transfer-Encoding"] == nil else {
            throw ScriptedServerError("a request with Transfer-Encoding is beyond this server")
        }
        if let length = request["Content-Length"] {
            guard let count = Int(length), count >= 0 else { throw ScriptedServerError("Content-Length: \(length)") }
            request.body = try read(count: count)
        }
        return request
    }

    /// Writes all of it.
    ///
    /// - Throws: `ScriptedServerError` when the peer is gone.
    package func write(_ bytes: [UInt8]) throws {
        #if canImport(Darwin)
        let flags: Int32 = 0
        #else
        let flags = Int32(MSG_NOSIGNAL)
        #endif
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = send(
                    try descriptor(), UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, flags)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw ScriptedServerError("send failed: errno \(errno)")
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Writes all of it.
    ///
    /// - Throws: `ScriptedServerError` when the peer is gone.
    package func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// Writes a whole response.
    ///
    /// - Throws: `ScriptedServerError` when the peer is gone.
    package func write(_ response: ScriptedResponse) throws {
        try write(response.bytes)
    }

    /// Ends the connection in order. For the script's thread, as `reset()` is.
    package func close() {
        state.withLock { state in
            if let descriptor = state.descriptor { Foundation.close(descriptor) }
            state.descriptor = nil
        }
    }

    /// Ends the connection by a TCP reset.
    package func reset() {
        state.withLock { state in
            guard let descriptor = state.descriptor else { return }
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            Foundation.close(descriptor)
            state.descriptor = nil
        }
    }

    /// Gets the script's thread out of a read, which finds the end. For any thread.
    func shutDown() {
        state.withLock { state in
            if let descriptor = state.descriptor { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// False at the end.
    private func receive() throws -> Bool {
        let descriptor = try descriptor()
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0 {
                if errno == EINTR { continue }
                throw ScriptedServerError("recv failed: errno \(errno)")
            }
            state.withLock { $0.buffer.append(contentsOf: chunk.prefix(count)) }
            return count > 0
        }
    }

    private func descriptor() throws -> Int32 {
        guard let descriptor = state.withLock({ $0.descriptor }) else {
            throw ScriptedServerError("the connection is closed")
        }
        return descriptor
    }
}
