// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// Reserves a port while the proxy does not listen, using a socket that is bound but does not listen.
///
/// Otherwise, another process could get the port, or a client that connects repeatedly could get it as its own local
/// port and connect to itself.
final class PortReservation: Sendable {
    let port: Int
    private let descriptor: Int32

    /// Reserves a free port.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unavailable`.
    init(host: String) throws {
        let address = try SocketAddress(ipAddress: host, port: 0)
        #if canImport(Darwin)
        let stream = SOCK_STREAM
        #else
        let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        let descriptor = socket(host.contains(":") ? AF_INET6 : AF_INET, stream, 0)
        guard descriptor >= 0 else { throw Self.failure(host) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        Self.share(descriptor)
        let status = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
        guard status == 0, let port = Self.port(of: descriptor) else {
            let failure = Self.failure(host)
            close(descriptor)
            throw failure
        }
        self.descriptor = descriptor
        self.port = port
    }

    deinit { close(descriptor) }

    /// Permits the proxy's listener to bind to the same port.
    private static func share(_ descriptor: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        #if canImport(Darwin)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, socklen_t(MemoryLayout<Int32>.size))
        #endif
    }

    private static func port(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let status = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
            guard status == 0 else { return nil }
            // The port has the same offset for IPv4 and IPv6.
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee).port }
        }
    }

    private static func failure(_ host: String) -> MicroError {
        MicroError(
            .unavailable, "a fault proxy cannot listen at \(host): errno \(errno)", origin: MicroError.Origin.transport)
    }
}
