// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore
import Synchronization

/// What a listener runs.
struct HTTPServiceHandlers: Sendable {
    let respond: TransportHandler
    let streams: TransportStreamLookup
}

/// The connections of one listener, and what is to be done with them in the phases of its life.
final class HTTPServerConnections: Sendable {
    private enum Phase {
        /// Nothing is accepted yet: callers wait in the queue of the operating system.
        case bound
        case running(HTTPServiceHandlers)
        /// Requests are refused.
        case draining
        /// What still comes is closed at once.
        case terminated
    }

    /// How a new connection is treated.
    enum Admission {
        case serve(HTTPServiceHandlers)
        case refuse
        case close
    }

    private typealias Connections = [ObjectIdentifier: NIOLoopBound<HTTPServerHandler>]

    private struct Content {
        var phase = Phase.bound
        var isListening = true
        /// Whether the socket closed by itself.
        var hasFailed = false
        var connections: Connections = [:]
        var waiters: [CheckedContinuation<Void, Never>] = []

        var isFullyClosed: Bool { !isListening && connections.isEmpty }
    }

    let configuration: HTTPConfiguration
    let wireFormat: any HTTPWireFormat
    let logger: Logger
    private let content = Mutex(Content())

    init(configuration: HTTPConfiguration, wireFormat: any HTTPWireFormat, logger: Logger) {
        self.configuration = configuration
        self.wireFormat = wireFormat
        self.logger = logger
    }

    var hasFailed: Bool { content.withLock { $0.hasFailed } }

    /// - Throws: ``MicroError`` with `closed` if it ran already, or was drained.
    func start(_ service: HTTPServiceHandlers) throws {
        try content.withLock { content in
            guard case .bound = content.phase else {
                throw MicroError(
                    .closed, "the listener ran already: bind another one", origin: MicroError.Origin.transport)
            }
            content.phase = .running(service)
        }
    }

    /// Takes a new connection.
    func add(_ handler: HTTPServerHandler, on eventLoop: any EventLoop) -> Admission {
        let bound = NIOLoopBound(handler, eventLoop: eventLoop)
        return content.withLock { content in
            let isFull = content.connections.count >= configuration.maxConnectionsPerListener
            content.connections[ObjectIdentifier(handler)] = bound
            switch content.phase {
            case .running where isFull: return .close
            case .running(let service): return .serve(service)
            case .bound, .draining: return .refuse
            case .terminated: return .close
            }
        }
    }

    /// A connection has closed.
    func remove(_ handler: HTTPServerHandler) {
        let id = ObjectIdentifier(handler)
        finish { $0.connections[id] = nil }
    }

    /// The socket has closed, by us or by itself.
    func stopListening() {
        let isUnexpected = content.withLock { content in
            guard case .running = content.phase else { return false }
            content.hasFailed = true
            return true
        }
        if isUnexpected { terminate() }
        finish { $0.isListening = false }
    }

    /// Refuses requests from now on and closes idle connections.
    func drain() {
        let connections = content.withLock { content -> Connections in
            switch content.phase {
            case .bound, .running: content.phase = .draining
            case .draining, .terminated: return [:]
            }
            return content.connections
        }
        for handler in connections.values { handler.eventLoop.execute { handler.value.drain() } }
    }

    /// Cancels what runs and closes everything.
    func terminate() {
        let connections = content.withLock { content in
            content.phase = .terminated
            return content.connections
        }
        for handler in connections.values { handler.eventLoop.execute { handler.value.terminate() } }
    }

    /// Waits until the socket and all connections are closed.
    func waitUntilClosed() async {
        await withCheckedContinuation { continuation in
            let isFullyClosed = content.withLock { content in
                if !content.isFullyClosed { content.waiters.append(continuation) }
                return content.isFullyClosed
            }
            if isFullyClosed { continuation.resume() }
        }
    }

    private func finish(_ change: (inout Content) -> Void) {
        let waiters = content.withLock { content in
            change(&content)
            guard content.isFullyClosed else { return [CheckedContinuation<Void, Never>]() }
            defer { content.waiters = [] }
            return content.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
