// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// A TCP client that shows what a plain program sees of a connection.
final class RawClient {
    /// What a read brought.
    enum Event: Equatable {
        case bytes([UInt8])
        /// FIN.
        case end
        /// RST.
        case reset
        /// Nothing within the time.
        case timedOut
    }

    private let descriptor: Int32

    /// - Throws: `RawClientError` with the `errno`.
    init(_ address: Address) throws {
        #if canImport(Darwin)
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        var peer = sockaddr_in()
        peer.sin_family = sa_family_t(AF_INET)
        peer.sin_port = UInt16(address.port ?? 0).bigEndian
        inet_pton(AF_INET, address.host, &peer.sin_addr)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        // `deinit` closes it, also after this throws.
        guard status == 0 else { throw RawClientError(number: errno) }
        var on: Int32 = 1
        #if canImport(Darwin)
        setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
        #endif
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { Foundation.close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Writes all of it, or as much as the connection lives for.
    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Self.flags) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes what is taken without waiting for more than so long.
    ///
    /// - Returns: How many bytes were.
    func send(_ bytes: [UInt8], timeout: Duration) -> Int {
        var sent = 0
        while sent < bytes.count, isReady(POLLOUT, within: timeout) {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Self.flags | Int32(MSG_DONTWAIT))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// The next thing that comes.
    func receive(within timeout: Duration = .seconds(10)) -> Event {
        guard isReady(POLLIN, within: timeout) else { return .timedOut }
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count > 0 { return .bytes(Array(chunk.prefix(count))) }
        return count == 0 ? .end : .reset
    }

    /// What comes until there is something else than bytes, or so many of them; and what that was.
    func receive(
        count: Int = .max, within timeout: Duration = .seconds(10)
    ) -> (bytes: [UInt8], last: Event) {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let event = receive(within: timeout)
            guard case .bytes(let more) = event else { return (bytes, event) }
            bytes += more
        }
        return (bytes, .bytes([]))
    }

    /// The text up to the end, or what came before something else.
    func text() -> String { String(decoding: receive().bytes, as: UTF8.self) }

    /// The text that comes until this ends it; nil if it does not come.
    func text(until end: String) -> String? {
        var text = ""
        while !text.hasSuffix(end) {
            guard case .bytes(let more) = receive() else { return nil }
            text += String(decoding: more, as: UTF8.self)
        }
        return text
    }

    /// Sends a line; the answer is the same line if all is well.
    func echo(_ line: String, within timeout: Duration = .seconds(10)) -> Event {
        send(line + "\n")
        return receive(within: timeout)
    }

    /// FIN.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// RST, when it is gone.
    func resetOnClose() {
        // The fields of `linger`: on, and no second.
        var values: [Int32] = [1, 0]
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &values, socklen_t(8))
    }

    #if canImport(Darwin)
    private static let flags: Int32 = 0
    #else
    private static let flags = Int32(MSG_NOSIGNAL)
    #endif

    private func isReady(_ events: some BinaryInteger, within timeout: Duration) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&wait, 1, Int32(timeout / .milliseconds(1))) > 0
    }
}

/// Why there is no connection.
struct RawClientError: Error, Equatable {
    var number: Int32

    static let refused = RawClientError(number: ECONNREFUSED)
}

extension RawClient.Event {
    static func line(_ text: String) -> Self { .bytes(Array((text + "\n").utf8)) }
}
