// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// A relay before an HTTP server on this machine that counts what comes through.
package final class HTTPRelay: Sendable {
    private struct Counts {
        var targets: [String] = []
        var open = 0
        var most = 0
    }

    private let server: ScriptedServer
    private let counts: CountsBox

    private final class CountsBox: Sendable {
        let counts = Mutex(Counts())
    }

    /// Listens before the server at a port of 127.0.0.1.
    package init(to port: Int) throws {
        let box = CountsBox()
        counts = box
        server = try ScriptedServer { connection in
            let upstream = try Upstream(port: port)
            defer { upstream.close() }
            box.counts.withLock { counts in
                counts.open += 1
                counts.most = max(counts.most, counts.open)
            }
            defer { box.counts.withLock { $0.open -= 1 } }
            let answers = Thread {
                while let bytes = upstream.read() { try? connection.write(bytes) }
            }
            answers.stackSize = 512 * 1024
            answers.start()
            while let request = try connection.readRequest() {
                box.counts.withLock { $0.targets.append("\(request.method) \(request.target)") }
                let head = request.headers.reduce("\(request.method) \(request.target) HTTP/1.1\r\n") {
                    "\($0)\($1.name): \($1.value)\r\n"
                }
                upstream.write(Array((head + "\r\n").utf8) + request.body)
            }
        }
    }

    /// The address to connect to, `host:port`.
    package var address: String { "127.0.0.1:\(server.port)" }

    /// Methods and targets of all requests so far, in order.
    package var requests: [String] { counts.counts.withLock { $0.targets } }

    /// How many connections there are now.
    package var openConnections: Int { counts.counts.withLock { $0.open } }

    /// The most connections that there have been at once.
    package var mostConnections: Int { counts.counts.withLock { $0.most } }

    /// Stops listening and ends all connections.
    package func stop() { server.stop() }
}

/// The connection behind a relayed one.
private final class Upstream: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard status == 0 else {
            Foundation.close(descriptor)
            throw MachineError(description: "nobody listens at port \(port)")
        }
    }

    /// What came; nil at the end.
    func read() -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        return count > 0 ? Array(chunk.prefix(count)) : nil
    }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Only shut down: the reading thread may still be in `recv`, and closes nothing of somebody else's then.
    func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    deinit { Foundation.close(descriptor) }
}
