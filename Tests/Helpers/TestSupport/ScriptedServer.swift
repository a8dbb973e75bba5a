// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A TCP server for tests that says exactly what the test wants, well-formed or not.
///
/// ```swift
/// let server = try ScriptedServer { connection in
///     _ = try connection.readRequest()
///     try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ncut")
/// }
/// defer { server.stop() }
/// ```
///
/// Listens on 127.0.0.1 at a free port. Every connection is handed to the script on a thread of its own and closed when
/// the script returns or throws. Its threads keep the server alive until `stop()`.
package final class ScriptedServer: Sendable {
    /// What is done with one connection.
    package typealias Script = @Sendable (ScriptedConnection) throws -> Void

    /// The port it listens on.
    package let port: Int

    private let listener: Int32
    private let stopReader: Int32
    private let stopWriter: Int32
    private let script: Script
    private let threads = DispatchGroup()
    private let state = Mutex(State())

    private struct State {
        var accepted = 0
        var stopped = false
        var connections: [ObjectIdentifier: ScriptedConnection] = [:]
    }

    /// Listens, and runs `script` for each connection.
    ///
    /// - Throws: `ScriptedServerError` when there is no port or descriptor to be had.
    package init(_ script: @escaping Script) throws {
        (listener, port) = try Self.listen()
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            Foundation.close(listener)
            throw ScriptedServerError("pipe failed: errno \(errno)")
        }
        (stopReader, stopWriter) = (ends[0], ends[1])
        self.script = script
        runThread { $0.acceptConnections() }
    }

    /// Listens, and answers each HTTP/1.1 request of each connection, until the client closes it or the response says
    /// `Connection: close`.
    package convenience init(answering answer: @escaping @Sendable (ScriptedRequest) throws -> ScriptedResponse) throws
    {
        try self.init { connection in
            while let request = try connection.readRequest() {
                let response = try answer(request)
                try connection.write(response)
                if response.closesConnection { return }
            }
        }
    }

    deinit {
        Foundation.close(listener)
        Foundation.close(stopReader)
        Foundation.close(stopWriter)
    }

    /// `http://127.0.0.1:<port>`, no slash at the end.
    package var url: String {
        "http://127.0.0.1:\(port)"
    }

    /// How many connections have been accepted since the start.
    package var acceptedConnections: Int {
        state.withLock { $0.accepted }
    }

    /// How many connections their scripts still hold.
    package var openConnections: Int {
        state.withLock { $0.connections.count }
    }

    /// Ends all present connections (the peer sees an orderly end), and keeps listening.
    package func disconnectAll() {
        for connection in state.withLock({ Array($0.connections.values) }) { connection.shutDown() }
    }

    /// Stops listening, ends all connections and waits, for five seconds at most, until their scripts have returned.
    /// May be called again.
    package func stop() {
        let first = state.withLock { state in
            defer { state.stopped = true }
            return !state.stopped
        }
        guard first else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        _ = Foundation.write(stopWriter, [0], 1)
        disconnectAll()
        _ = threads.wait(timeout: .now() + 5)
    }

    private func acceptConnections() {
        while true {
            // Closing a listener does not wake a blocked accept everywhere; the pipe does.
            var waits = [
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stopReader, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, 2, -1) > 0 || errno == EINTR, waits[1].revents == 0 else { return }
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            serve(ScriptedConnection(descriptor))
        }
    }

    private func serve(_ connection: ScriptedConnection) {
        let stopped = state.withLock { state in
            state.accepted += 1
            if !state.stopped { state.connections[ObjectIdentifier(connection)] = connection }
            return state.stopped
        }
        guard !stopped else {
            connection.close()
            return
        }
        runThread { server in
            // A script ends by an error when its peer goes away, which tests provoke.
            try? server.script(connection)
            connection.close()
            server.state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(connection)) }
        }
    }

    private func runThread(_ body: @escaping @Sendable (ScriptedServer) -> Void) {
        threads.enter()
        let thread = Thread { [self] in
            body(self)
            threads.leave()
        }
        thread.stackSize = 512 * 1024
        thread.start()
    }

    private static func listen() throws -> (descriptor: Int32, port: Int) {
        #if canImport(Darwin)
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw ScriptedServerError("socket failed: errno \(errno)") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && Foundation.listen(descriptor, 1024) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard listening else {
            let code = errno
            Foundation.close(descriptor)
            throw ScriptedServerError("could not listen on 127.0.0.1: errno \(code)")
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}

/// What went wrong on the server's side of a test.
package struct ScriptedServerError: Error, CustomStringConvertible {
    /// For people.
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}
