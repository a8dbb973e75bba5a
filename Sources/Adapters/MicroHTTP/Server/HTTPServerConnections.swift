// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore
import Synchronization

/// The handlers of the service that a listener runs.
struct HTTPServiceHandlers: Sendable {
    let respond: TransportHandler
    let streams: TransportStreamLookup
}

/// The connections of a listener, and the phase that determines how they are treated.
final class HTTPServerConnections: Sendable {
    private enum Phase {
        /// No connection is accepted yet: callers wait in the queue of the operating system.
        case bound
        case running(HTTPServiceHandlers)
        /// Requests are refused.
        case draining
        /// The first requests of the connections that were accepted last are refused. All others are closing.
        case closing
        /// New connections are closed immediately.
        case terminated
    }

    /// How a new connection is treated.
    enum Admission {
        case serve(HTTPServiceHandlers)
        case refuse
        case refuseFirstRequest
        case close
    }

    private typealias Connections = [ObjectIdentifier: NIOLoopBound<HTTPServerHandler>]

    private struct State {
        var phase = Phase.bound
        /// Whether the operating system has closed the socket.
        var hasFailed = false
        var connections: Connections = [:]
        /// The number of connections that were accepted since ``takeNewConnectionCount()``.
        var newConnectionCount = 0
    }

    let configuration: HTTPConfiguration
    let wireFormat: any HTTPWireFormat
    let logger: Logger
    let requestExecutor: RequestExecutor
    private let state = Mutex(State())
    /// The socket and its connections.
    private let openChannels = DrainTracker()

    /// The socket is regarded as open until ``stopListening()``.
    init(configuration: HTTPConfiguration, wireFormat: any HTTPWireFormat, logger: Logger) {
        self.configuration = configuration
        self.wireFormat = wireFormat
        self.logger = logger
        requestExecutor = RequestExecutor(configuration: configuration, wireFormat: wireFormat, logger: logger)
        _ = openChannels.begin()
    }

    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    /// Serves connections from now on.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `closed` if the listener has already run or was drained.
    func start(_ service: HTTPServiceHandlers) throws {
        try state.withLock { state in
            guard case .bound = state.phase else {
                throw MicroError(
                    .closed, "the listener has already run: bind another one", origin: MicroError.Origin.transport)
            }
            state.phase = .running(service)
        }
    }

    /// Adds a new connection.
    func add(_ handler: HTTPServerHandler, on eventLoop: any EventLoop) -> Admission {
        _ = openChannels.begin()
        let bound = NIOLoopBound(handler, eventLoop: eventLoop)
        return state.withLock { state in
            let isFull = state.connections.count >= configuration.maxConnectionsPerListener
            state.connections[ObjectIdentifier(handler)] = bound
            state.newConnectionCount += 1
            switch state.phase {
            case .running where isFull: return .close
            case .running(let service): return .serve(service)
            case .bound, .draining: return .refuse
            case .closing: return .refuseFirstRequest
            case .terminated: return .close
            }
        }
    }

    /// Removes a connection that has closed.
    func remove(_ handler: HTTPServerHandler) {
        let removed = state.withLock { $0.connections.removeValue(forKey: ObjectIdentifier(handler)) }
        if removed != nil { openChannels.end() }
    }

    /// The socket has closed.
    func stopListening() {
        let isUnexpected = state.withLock { state in
            guard case .running = state.phase else { return false }
            state.hasFailed = true
            return true
        }
        if isUnexpected { terminate() }
        openChannels.end()
    }

    /// Refuses requests from now on.
    func drain() {
        let connections = state.withLock { state -> Connections in
            switch state.phase {
            case .bound, .running: state.phase = .draining
            case .draining, .closing, .terminated: return [:]
            }
            return state.connections
        }
        for handler in connections.values { handler.eventLoop.execute { handler.value.drain() } }
    }

    /// The number of connections that were accepted since the last call.
    func takeNewConnectionCount() -> Int {
        state.withLock { state in
            defer { state.newConnectionCount = 0 }
            return state.newConnectionCount
        }
    }

    /// Closes the connections without a request. The last connections that were accepted may be added after this call.
    func closeIdle() {
        let connections = state.withLock { state -> Connections in
            if case .draining = state.phase { state.phase = .closing }
            return state.connections
        }
        for handler in connections.values { handler.eventLoop.execute { handler.value.closeIfIdle() } }
    }

    /// Cancels the running handlers and closes all connections.
    func terminate() {
        let connections = state.withLock { state in
            state.phase = .terminated
            return state.connections
        }
        for handler in connections.values { handler.eventLoop.execute { handler.value.terminate() } }
    }

    /// Waits until the socket and all connections are closed.
    func waitUntilClosed() async { await openChannels.waitUntilIdle() }
}
