// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOPosix
import Synchronization

/// The connections of a transport: reuses idle connections by address, most recently used first, and limits their
/// number.
final class HTTPConnectionPool: Sendable {
    private struct AddressEntry {
        /// The last one is the most recently used.
        var idle: [HTTPConnection] = []
        /// The number of idle, busy and opening connections.
        var count = 0

        /// Removes the most recently used connection. For a caller on an event loop, a connection of that loop is
        /// preferred, since it avoids a thread switch.
        mutating func popIdle(near eventLoop: (any EventLoop)?) -> HTTPConnection? {
            guard let eventLoop, let near = idle.lastIndex(where: { $0.eventLoop === eventLoop }) else {
                return idle.popLast()
            }
            return idle.remove(at: near)
        }
    }

    private struct State {
        var entries: [Address: AddressEntry] = [:]
        /// All sockets, including opening ones, for ``HTTPConnectionPool/close()``.
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    /// Whether the task that opens a stream no longer waits for it.
    private final class Abandonment: Sendable {
        let isSet = Atomic(false)
    }

    private enum Step {
        case send(HTTPConnection)
        case connect
        case refuse(MicroError)
    }

    /// The number of connections that are opened for one call if the peer closes each of them before the call is sent.
    private static let maxOpenedConnectionsPerCall = 2

    let configuration: HTTPConfiguration
    let wireFormat: any HTTPWireFormat
    private let connector: HTTPConnector
    private let state = Mutex(State())

    init(
        configuration: HTTPConfiguration, wireFormat: any HTTPWireFormat, security: (any HTTPSecurity)?
    ) {
        self.configuration = configuration
        self.wireFormat = wireFormat
        connector = HTTPConnector(connectTimeout: configuration.connectTimeout, security: security)
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    // MARK: - Calls

    /// Sends a call on an idle connection or a new one. Nothing of the call has been written yet.
    func submit(_ call: HTTPCall) {
        let eventLoop = MultiThreadedEventLoopGroup.currentEventLoop
        switch state.withLock({ nextStep(for: call.address, near: eventLoop, &$0) }) {
        case .send(let connection): connection.send(call)
        case .connect: connect(call, on: eventLoop ?? configuration.eventLoopGroup.next())
        case .refuse(let error): call.state.end(.failure(error))
        }
    }

    private func connect(_ call: HTTPCall, on eventLoop: any EventLoop) {
        eventLoop.execute {
            // Reserved only now: if many calls are cancelled at the same time, most have already ended.
            guard call.state.isWaiting else { return }
            guard call.state.countOpenedConnection() <= Self.maxOpenedConnectionsPerCall else {
                call.state.end(.failure(self.connectError(to: call.address, ChannelError.alreadyClosed)))
                return
            }
            if case .refuse(let error) = self.state.withLock({ self.reserve(call.address, &$0) }) {
                call.state.end(.failure(error))
                return
            }
            call.startTimer(on: eventLoop)
            self.connectChannel(to: call.address, on: eventLoop).whenComplete { result in
                switch result {
                case .success(let channel): self.send(call, on: channel)
                case .failure(let error): self.connectingFailed(call, error)
                }
            }
        }
    }

    private func send(_ call: HTTPCall, on channel: any Channel) {
        guard let handler = try? channel.pipeline.syncOperations.handler(type: HTTPClientHandler.self),
            handler.activate()
        else { return connectingFailed(call, ChannelError.alreadyClosed) }
        handler.send(call)
    }

    private func connectingFailed(_ call: HTTPCall, _ cause: any Error) {
        remove(nil, from: call.address)
        call.state.end(.failure(connectError(to: call.address, cause)))
    }

    /// Returns a connection that can carry another call.
    func release(_ connection: HTTPConnection, to address: Address) {
        let isKept = state.withLock { state in
            guard !state.isClosed, let entry = state.entries[address],
                entry.idle.count < configuration.maxIdleConnectionsPerAddress
            else { return false }
            state.entries[address]?.idle.append(connection)
            return true
        }
        if !isKept { connection.close() }
    }

    /// Removes an idle connection that is about to be closed.
    ///
    /// - Returns: False if a call has taken it.
    func removeIdle(_ connection: HTTPConnection, from address: Address) -> Bool {
        state.withLock { state in
            guard let index = state.entries[address]?.idle.firstIndex(where: { $0 === connection }) else {
                return false
            }
            state.entries[address]?.idle.remove(at: index)
            return true
        }
    }

    // MARK: - Streams

    /// Opens a dedicated connection for a stream.
    ///
    /// - Throws: ``/MicroCore/MicroError`` or `CancellationError`; in that case, the peer has not received anything of
    ///   the stream.
    func open(_ request: HTTPStreamRequest) async throws -> TransportStream {
        try state.withLock { state in
            if case .refuse(let error) = reserve(request.address, &state) { throw error }
        }
        let timeoutError = MicroError.deadlineExceeded(request.request, at: request.address, wasSent: false)
        let abandonment = Abandonment()
        return try await withDeadline(request.request.deadline, orThrow: timeoutError) {
            try await withTaskCancellationHandler {
                try await self.connect(request, unless: abandonment).get()
            } onCancel: {
                abandonment.isSet.store(true, ordering: .relaxed)
            }
        }
    }

    /// Opens a connection, which counts towards the limit until it has closed, even if no task waits for it anymore. In
    /// that case, nothing is sent on it.
    private func connect(
        _ request: HTTPStreamRequest, unless abandonment: Abandonment
    ) -> EventLoopFuture<TransportStream> {
        let eventLoop = configuration.eventLoopGroup.next()
        return eventLoop.flatSubmit {
            self.connectChannel(to: request.address, on: eventLoop)
                .flatMapThrowing { channel in
                    guard !abandonment.isSet.load(ordering: .relaxed) else {
                        channel.close(promise: nil)
                        throw CancellationError()
                    }
                    return try self.open(request, on: channel)
                }
                .flatMapErrorThrowing { error in
                    self.remove(nil, from: request.address)
                    throw self.connectError(to: request.address, error)
                }
        }
    }

    private func open(_ request: HTTPStreamRequest, on channel: any Channel) throws -> TransportStream {
        let handler = try channel.pipeline.syncOperations.handler(type: HTTPClientHandler.self)
        guard handler.activate(), let stream = handler.open(request) else { throw ChannelError.alreadyClosed }
        return stream
    }

    // MARK: - Connections

    private func connectChannel(to address: Address, on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
        connector.connect(to: address, on: eventLoop) { channel in
            try self.register(channel)
            try HTTPClientHandler.add(
                to: channel.pipeline.syncOperations, of: self, to: address, on: channel.eventLoop)
        }
    }

    private func register(_ channel: any Channel) throws {
        let id = ObjectIdentifier(channel)
        try state.withLock { state in
            guard !state.isClosed else { throw MicroError.transportClosed() }
            state.channels[id] = channel
        }
        channel.closeFuture.whenComplete { _ in self.state.withLock { $0.channels[id] = nil } }
    }

    /// Removes a connection that has closed; nil for a connection that could not be opened.
    func remove(_ connection: HTTPConnection?, from address: Address) {
        state.withLock { state in
            guard var entry = state.entries[address] else { return }
            entry.idle.removeAll { $0 === connection }
            entry.count -= 1
            state.entries[address] = entry.count > 0 ? entry : nil
        }
    }

    /// Closes all connections, which ends the calls on them, and waits until they are closed.
    func close() async {
        let channels = state.withLock { state in
            state.isClosed = true
            for address in state.entries.keys { state.entries[address]?.idle = [] }
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
        // A close future never fails.
        for channel in channels { try? await channel.closeFuture.get() }
    }

    private func nextStep(for address: Address, near eventLoop: (any EventLoop)?, _ state: inout State) -> Step {
        guard !state.isClosed else { return .refuse(.transportClosed()) }
        if let connection = state.entries[address]?.popIdle(near: eventLoop) { return .send(connection) }
        return .connect
    }

    /// Counts one more connection to an address, within the limit.
    private func reserve(_ address: Address, _ state: inout State) -> Step {
        guard !state.isClosed else { return .refuse(.transportClosed()) }
        guard state.entries[address, default: AddressEntry()].count < configuration.maxConnectionsPerAddress else {
            return .refuse(
                MicroError(
                    .resourceExhausted,
                    "all \(configuration.maxConnectionsPerAddress) connections to \(address) are busy: make fewer "
                        + "concurrent calls, or raise maxConnectionsPerAddress", origin: MicroError.Origin.transport,
                    isSafeToRetry: true))
        }
        state.entries[address, default: AddressEntry()].count += 1
        return .connect
    }

    private func connectError(to address: Address, _ cause: any Error) -> MicroError {
        isClosed ? .transportClosed() : .cannotConnect(to: address, cause)
    }
}
