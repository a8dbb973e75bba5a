// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
import Foundation
import Glibc

/// A listening socket on an IPv4 address of the loopback interface.
struct LoopbackSocket: Sendable {
    let descriptor: CInt
    let host: String
    let port: Int

    /// Listens on a port; 0 for a free one.
    init(host: String, port: Int = 0, backlog: CInt) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        self.host = host
        var (address, size) = (Self.address(host, port), socklen_t(MemoryLayout<sockaddr_in>.size))
        let descriptor = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, backlog) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        self.port = Int(in_port_t(bigEndian: address.sin_port))
        guard isListening else {
            close(descriptor)
            throw POSIXError(.EADDRINUSE)
        }
    }

    /// Starts to connect, without waiting.
    func connectClient() -> CInt {
        let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        var address = Self.address(host, port)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return client
    }

    private static func address(_ host: String, _ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return address
    }
}

/// A listener whose backlog is full, so that it ignores further connections.
final class UnresponsiveListener: Sendable {
    private let descriptors: [CInt]

    init(host: String, port: Int) throws {
        let listener = try LoopbackSocket(host: host, port: port, backlog: 0)
        descriptors = [listener.descriptor] + (0..<4).map { _ in listener.connectClient() }
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}

/// A server that responds to the first request of every connection with `ok`.
final class LoopbackServer: Sendable {
    private let listener: LoopbackSocket
    var port: Int { listener.port }

    init(host: String) throws {
        listener = try LoopbackSocket(host: host, backlog: 16)
        let descriptor = listener.descriptor
        Thread.detachNewThread {
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                var buffer = [UInt8](repeating: 0, count: 4096)
                _ = read(connection, &buffer, buffer.count)
                let response = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".utf8)
                _ = write(connection, response, response.count)
                close(connection)
            }
        }
    }

    func stop() {
        shutdown(listener.descriptor, CInt(SHUT_RDWR))
        close(listener.descriptor)
    }
}
#endif
