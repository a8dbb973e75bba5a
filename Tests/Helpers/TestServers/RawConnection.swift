// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A TCP connection over IPv4, for relays, which block a thread for each direction, and for clients that tests play.
package final class RawConnection: Sendable {
    private let descriptor: Int32

    /// Takes over a socket that is connected.
    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Connects to a server on this machine.
    package init(host: String = "127.0.0.1", port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let status = withSocketAddress(host, port) { connect(descriptor, $0, $1) }
        // `deinit` closes it, also after this throws: a second `close` here could hit what another thread has opened.
        guard status == 0 else { throw TestServerError(description: "nobody listens at \(host):\(port)") }
    }

    deinit { Foundation.close(descriptor) }

    /// The port of the other side; nil if it is gone.
    var remotePort: Int? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
        }
        return status == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    /// What came; nil at the end.
    func read() -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        return count > 0 ? Array(chunk.prefix(count)) : nil
    }

    /// What came; nil at the end, and if nothing comes within the bound.
    package func read(within timeout: Duration) -> [UInt8]? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&wait, 1, Int32(timeout / .milliseconds(1))) > 0 ? read() : nil
    }

    /// Writes all of it, and tells whether that worked.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Ends it. The descriptor stays, as another thread may still be in `recv`: it would close somebody else's then.
    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// A TCP listener over IPv4.
final class RawListener: Sendable {
    /// Where it listens.
    let port: Int

    private let descriptor: Int32

    /// Listens at an address of this machine; at a free port if it is 0.
    init(host: String = "127.0.0.1", port: Int = 0) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listens =
            withSocketAddress(host, port) { bind(descriptor, $0, $1) } == 0 && listen(descriptor, 128) == 0
            && withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
            } == 0
        guard listens else {
            Foundation.close(descriptor)
            throw TestServerError(description: "cannot listen at \(host):\(port)")
        }
        self.descriptor = descriptor
        self.port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { Foundation.close(descriptor) }

    /// The next connection; nil if there is none for a tenth of a second.
    func accept() -> RawConnection? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, 100) > 0 else { return nil }
        let connection = Foundation.accept(descriptor, nil, nil)
        return connection < 0 ? nil : RawConnection(descriptor: connection)
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
