// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A TCP socket over IPv4 with blocking calls. A test that uses one has the trait `.blocking`.
///
/// Reading, writing and ``shutDown()`` may be called on different threads. The descriptor is closed with the last
/// reference, because closing it earlier could close a descriptor that another thread has opened in the meantime.
package final class RawSocket: Sendable {
    /// The result of a read.
    package enum Event: Equatable, Sendable {
        case bytes([UInt8])
        /// The peer has closed its side (FIN).
        case end
        /// The peer has reset the connection (RST).
        case reset
        /// Nothing was received within the timeout.
        case timedOut
    }

    private let descriptor: Int32

    /// Takes over a descriptor.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        #if canImport(Darwin)
        setOption(SOL_SOCKET, SO_NOSIGPIPE, 1)
        #endif
    }

    /// Connects to a server.
    ///
    /// - Throws: ``RawSocketError`` with the `errno`.
    package convenience init(host: String = "127.0.0.1", port: Int) throws {
        self.init(descriptor: Self.makeDescriptor())
        guard withSocketAddress(host, port, { connect(descriptor, $0, $1) }) == 0 else {
            throw RawSocketError("cannot connect to \(host):\(port)", code: errno)
        }
        setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    deinit { Foundation.close(descriptor) }

    /// The port of the peer; nil if the connection has ended.
    package var remotePort: Int? { port(getpeername) }

    /// The local port.
    fileprivate var localPort: Int? { port(getsockname) }

    /// Whether a port of the loopback interface can be bound.
    package static func canBind(to port: Int) -> Bool {
        let socket = RawSocket(descriptor: makeDescriptor())
        return withSocketAddress("127.0.0.1", port) { bind(socket.descriptor, $0, $1) } == 0
    }

    /// Reads the available bytes, at most 64 KiB. Waits for the first byte.
    package func read() -> Event {
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count > 0 { return .bytes(Array(chunk.prefix(count))) }
            if count == 0 { return .end }
            if errno != EINTR { return .reset }
        }
    }

    /// Reads the available bytes, at most 64 KiB. Waits for the first byte until the timeout.
    package func read(within timeout: Duration) -> Event { isReady(POLLIN, within: timeout) ? read() : .timedOut }

    /// Writes all bytes.
    ///
    /// - Returns: Whether all were written before the connection ended.
    @discardableResult
    package func write(_ bytes: some Sequence<UInt8>) -> Bool {
        let bytes = Array(bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Self.flags) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Writes bytes until all are written, or the socket accepts none for the duration of the timeout.
    ///
    /// - Returns: The number of bytes that were written.
    package func write(_ bytes: [UInt8], timeout: Duration) -> Int {
        var written = 0
        while written < bytes.count, isReady(POLLOUT, within: timeout) {
            let count = bytes[written...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Self.flags | Int32(MSG_DONTWAIT))
            }
            guard count > 0 else { break }
            written += count
        }
        return written
    }

    /// Closes the sending side (FIN).
    package func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes closing the descriptor reset the connection (RST).
    package func resetOnClose() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout.size(ofValue: value)))
    }

    /// Ends the connection in both directions. A read on another thread returns.
    package func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    fileprivate static func makeDescriptor() -> Int32 {
        #if canImport(Darwin)
        socket(AF_INET, SOCK_STREAM, 0)
        #else
        socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
    }

    fileprivate func listen(at host: String, port: Int) throws {
        setOption(SOL_SOCKET, SO_REUSEADDR, 1)
        guard withSocketAddress(host, port, { bind(descriptor, $0, $1) }) == 0,
            Foundation.listen(descriptor, 1024) == 0
        else { throw RawSocketError("cannot listen at \(host):\(port)", code: errno) }
    }

    fileprivate func accept() -> RawSocket? {
        let accepted = Foundation.accept(descriptor, nil, nil)
        return accepted < 0 ? nil : RawSocket(descriptor: accepted)
    }

    fileprivate func isReady(_ events: some BinaryInteger, within timeout: Duration) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&request, 1, Int32(timeout / .milliseconds(1))) > 0
    }

    private func setOption(_ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private func port(
        _ name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> Int? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(descriptor, $0, &size) }
        }
        return status == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    #if canImport(Darwin)
    private static let flags: Int32 = 0
    #else
    private static let flags = Int32(MSG_NOSIGNAL)
    #endif
}

/// A TCP listener over IPv4 with blocking calls.
package final class RawListener: Sendable {
    private static let pollInterval = Duration.milliseconds(100)

    /// The port.
    package let port: Int

    private let socket: RawSocket

    /// Listens on an address of this machine.
    ///
    /// - Parameter port: 0 for a free port.
    /// - Throws: ``RawSocketError`` with the `errno`.
    package init(host: String = "127.0.0.1", port: Int = 0) throws {
        socket = RawSocket(descriptor: RawSocket.makeDescriptor())
        try socket.listen(at: host, port: port)
        self.port = socket.localPort ?? port
    }

    /// The next connection; nil if there is none within 100 ms.
    package func accept() -> RawSocket? {
        socket.isReady(POLLIN, within: Self.pollInterval) ? socket.accept() : nil
    }

    /// Stops listening: new connections are refused.
    package func shutDown() { socket.shutDown() }
}

/// The error of a system call.
package struct RawSocketError: Error, CustomStringConvertible {
    /// The failed operation and the system's text.
    package let description: String
    /// The `errno`.
    package let code: Int32

    init(_ operation: String, code: Int32) {
        description = "\(operation): \(String(cString: strerror(code)))"
        self.code = code
    }
}

private func withSocketAddress<Value>(
    _ host: String, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
) -> Value {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr(host)
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
    }
}
