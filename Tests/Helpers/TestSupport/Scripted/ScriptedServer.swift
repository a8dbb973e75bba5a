// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A TCP server that runs a script for each connection, whose output may be malformed.
///
/// ```swift
/// let server = try ScriptedServer { connection in
///     _ = try connection.readRequest()
///     try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ncut")
/// }
/// defer { server.stop() }
/// ```
///
/// Listens on a free port of 127.0.0.1. Each script has its own thread, and its connection is closed when the script
/// returns or throws. The threads keep the server alive until ``stop()``.
package final class ScriptedServer: Sendable {
    /// Handles one connection.
    package typealias Script = @Sendable (ScriptedConnection) throws -> Void

    private let listener: RawListener
    private let script: Script
    private let threads = DispatchGroup()
    private let state = Mutex(State())

    private struct State {
        var accepted = 0
        var isStopped = false
        var connections: [ObjectIdentifier: ScriptedConnection] = [:]
    }

    /// Listens, and runs a script for each connection.
    ///
    /// - Throws: ``RawSocketError`` if no port or descriptor is available.
    package init(_ script: @escaping Script) throws {
        listener = try RawListener()
        self.script = script
        runThread { $0.acceptConnections() }
    }

    /// Listens, and responds to each HTTP/1.1 request of each connection, until the client closes the connection or the
    /// response has `Connection: close`.
    package convenience init(responding respond: @escaping @Sendable (ScriptedRequest) throws -> ScriptedResponse)
        throws
    {
        try self.init { connection in
            while let request = try connection.readRequest() {
                let response = try respond(request)
                try connection.write(response)
                if response.closesConnection { return }
            }
        }
    }

    /// The port.
    package var port: Int { listener.port }

    /// `http://127.0.0.1:<port>`, without a slash at the end.
    package var url: String { "http://127.0.0.1:\(port)" }

    /// The number of connections since the start.
    package var acceptedConnections: Int { state.withLock { $0.accepted } }

    /// The number of connections whose scripts have not returned.
    package var openConnections: Int { state.withLock { $0.connections.count } }

    /// Ends all open connections with FIN, and continues to listen.
    package func disconnectAll() {
        for connection in state.withLock({ Array($0.connections.values) }) { connection.shutDown() }
    }

    /// Stops listening, ends all connections and waits at most 5 s until the scripts have returned. May be called twice.
    package func stop() {
        let isFirstCall = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isFirstCall else { return }
        listener.shutDown()
        disconnectAll()
        _ = threads.wait(timeout: .now() + 5)
    }

    private func acceptConnections() {
        while !state.withLock(\.isStopped) {
            if let socket = listener.accept() { serve(ScriptedConnection(socket)) }
        }
    }

    private func serve(_ connection: ScriptedConnection) {
        let isStopped = state.withLock { state in
            state.accepted += 1
            if !state.isStopped { state.connections[ObjectIdentifier(connection)] = connection }
            return state.isStopped
        }
        guard !isStopped else {
            connection.close()
            return
        }
        runThread { server in
            // A script throws if its peer ends the connection, which tests do deliberately.
            try? server.script(connection)
            connection.close()
            server.state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(connection)) }
        }
    }

    private func runThread(_ body: @escaping @Sendable (ScriptedServer) -> Void) {
        threads.enter()
        Thread.runDetached { [self] in
            body(self)
            threads.leave()
        }
    }
}

/// An error on the server's side of a test.
package struct ScriptedServerError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
