// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The connections of a transport: idle ones by address, the most recently used first, and a bound on all of them.
final class HTTPConnectionPool: Sendable {
    private struct AddressEntry {
        /// The last one is the most recently used.
        var idle: [HTTPConnection] = []
        /// Idle, busy and opening.
        var count = 0

        /// The connection that was used last; for a caller on an event loop the last one of the same, if there is one, since
        /// that needs no other thread.
        mutating func popIdle(near eventLoop: (any EventLoop)?) -> HTTPConnection? {
            guard let eventLoop, let near = idle.lastIndex(where: { $0.eventLoop === eventLoop }) else {
                return idle.popLast()
            }
            return idle.remove(at: near)
        }
    }

    private struct Content {
        var entries: [Address: AddressEntry] = [:]
        /// Every socket, opening ones too, for ``HTTPConnectionPool/close()``.
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private enum Step {
        case send(HTTPConnection)
        case connect
        case refuse(MicroError)
    }

    let configuration: HTTPConfiguration
    let wireFormat: any HTTPWireFormat
    private let security: (any HTTPSecurity)?
    private let group: MultiThreadedEventLoopGroup
    private let content = Mutex(Content())

    init(
        configuration: HTTPConfiguration, wireFormat: any HTTPWireFormat, security: (any HTTPSecurity)?,
        group: MultiThreadedEventLoopGroup
    ) {
        self.configuration = configuration
        self.wireFormat = wireFormat
        self.security = security
        self.group = group
    }

    var isClosed: Bool { content.withLock { $0.isClosed } }

    /// Finds or opens a connection for a call that nobody has written yet.
    func submit(_ call: HTTPCall) {
        let eventLoop = MultiThreadedEventLoopGroup.currentEventLoop
        switch content.withLock({ step(for: call.address, near: eventLoop, &$0) }) {
        case .send(let connection): connection.send(call)
        case .connect: connect(call, on: eventLoop ?? group.next())
        case .refuse(let error): call.state.end(.failure(error))
        }
    }

    /// Takes back a connection that is fit for another call.
    func release(_ connection: HTTPConnection, to address: Address) {
        let isKept = content.withLock { content in
            guard !content.isClosed, let entry = content.entries[address],
                entry.idle.count < configuration.maxIdleConnectionsPerAddress
            else { return false }
            content.entries[address]?.idle.append(connection)
            return true
        }
        if !isKept { connection.close() }
    }

    /// Takes an idle connection out of the pool, to close it.
    ///
    /// - Returns: False if a call was quicker.
    func removeIdle(_ connection: HTTPConnection, from address: Address) -> Bool {
        content.withLock { content in
            guard let index = content.entries[address]?.idle.firstIndex(where: { $0 === connection }) else {
                return false
            }
            content.entries[address]?.idle.remove(at: index)
            return true
        }
    }

    /// Opens a connection for a stream, which nothing else uses.
    ///
    /// - Throws: ``MicroError`` or `CancellationError`; the peer has not seen the stream then.
    func open(_ streamRequest: HTTPStreamRequest) async throws -> TransportStream {
        try content.withLock { content in
            if case .refuse(let error) = reserve(streamRequest.address, &content) { throw error }
        }
        let late = HTTPCall.deadlineError(streamRequest.request, at: streamRequest.address, wasSent: false)
        return try await withDeadline(streamRequest.request.deadline, orThrow: late) {
            try await self.connect(streamRequest).get()
        }
    }

    /// It counts until it has closed, also if nobody waits for it any more.
    private func connect(_ streamRequest: HTTPStreamRequest) -> EventLoopFuture<TransportStream> {
        let eventLoop = group.next()
        return eventLoop.flatSubmit {
            self.openChannel(to: streamRequest.address, on: eventLoop)
                .flatMapThrowing { try self.handleOpened($0, for: streamRequest) }
                .flatMapErrorThrowing { error in
                    self.remove(nil, from: streamRequest.address)
                    throw self.isClosed
                        ? MicroError.transportClosed() : .cannotConnect(to: streamRequest.address, error)
                }
        }
    }

    private func handleOpened(_ channel: any Channel, for streamRequest: HTTPStreamRequest) throws -> TransportStream {
        let handler = try channel.pipeline.syncOperations.handler(type: HTTPClientHandler.self)
        guard handler.activate(), let stream = handler.open(streamRequest) else { throw ChannelError.alreadyClosed }
        return stream
    }

    /// A connection has closed, or could not be opened (nil).
    func remove(_ connection: HTTPConnection?, from address: Address) {
        content.withLock { content in
            guard var entry = content.entries[address] else { return }
            entry.idle.removeAll { $0 === connection }
            entry.count -= 1
            content.entries[address] = entry.count > 0 ? entry : nil
        }
    }

    /// Closes all connections, which ends the calls on them, and waits for that.
    func close() async {
        let channels = content.withLock { content in
            content.isClosed = true
            for address in content.entries.keys { content.entries[address]?.idle = [] }
            return Array(content.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
        // A close future never fails.
        for channel in channels { try? await channel.closeFuture.get() }
    }

    private func step(
        for address: Address, near eventLoop: (any EventLoop)?, _ content: inout Content
    ) -> Step {
        guard !content.isClosed else { return .refuse(.transportClosed()) }
        if let connection = content.entries[address]?.popIdle(near: eventLoop) { return .send(connection) }
        return .connect
    }

    /// Counts one more connection to an address, if that is allowed.
    private func reserve(_ address: Address, _ content: inout Content) -> Step {
        guard !content.isClosed else { return .refuse(.transportClosed()) }
        guard content.entries[address, default: AddressEntry()].count < configuration.maxConnectionsPerAddress else {
            return .refuse(
                MicroError(
                    .resourceExhausted,
                    "all \(configuration.maxConnectionsPerAddress) connections to \(address) are busy: call less at a "
                        + "time, or raise connectionsPerAddress", origin: MicroError.Origin.transport,
                    isSafeToRetry: true))
        }
        content.entries[address, default: AddressEntry()].count += 1
        return .connect
    }

    private func connect(_ call: HTTPCall, on eventLoop: any EventLoop) {
        eventLoop.execute {
            // Counted only now: of many calls that are cancelled at once most have ended before their turn comes.
            guard call.state.isWaiting else { return }
            if case .refuse(let error) = self.content.withLock({ self.reserve(call.address, &$0) }) {
                call.state.end(.failure(error))
                return
            }
            call.startTimer(on: eventLoop)
            self.openChannel(to: call.address, on: eventLoop).whenComplete { result in
                switch result {
                case .success(let channel): self.handleOpened(channel, for: call)
                case .failure(let error):
                    self.remove(nil, from: call.address)
                    self.fail(call, error)
                }
            }
        }
    }

    private func openChannel(to address: Address, on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
        let opened = connectChannel(to: address, on: eventLoop)
        guard let security else { return opened }
        return opened.flatMap { channel in
            let secured = channel.eventLoop.makePromise(of: (any Channel).self)
            let timer = channel.eventLoop.scheduleTask(in: self.configuration.connectTimeout.timeAmount) {
                secured.fail(ChannelError.connectTimeout(self.configuration.connectTimeout.timeAmount))
            }
            security.secure(channel, to: address.host).map { channel }.cascade(to: secured)
            secured.futureResult.whenComplete { result in
                timer.cancel()
                if case .failure = result { channel.close(promise: nil) }
            }
            return secured.futureResult
        }
    }

    private func connectChannel(to address: Address, on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(configuration.connectTimeout.timeAmount)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.setUp(channel, address) }
            }
        let port = address.port ?? 0
        // An address needs no resolver, and no race between its families.
        if let address = try? SocketAddress(ipAddress: address.host, port: port) {
            return bootstrap.connect(to: address)
        }
        return bootstrap.connect(host: address.host, port: port)
    }

    private func setUp(_ channel: any Channel, _ address: Address) throws {
        let id = ObjectIdentifier(channel)
        try content.withLock { content in
            guard !content.isClosed else { throw MicroError.transportClosed() }
            content.channels[id] = channel
        }
        channel.closeFuture.whenComplete { _ in self.content.withLock { $0.channels[id] = nil } }
        let handler = HTTPClientHandler(pool: self, address: address, loop: .of(channel.eventLoop))
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func handleOpened(_ channel: any Channel, for call: HTTPCall) {
        guard let handler = try? channel.pipeline.syncOperations.handler(type: HTTPClientHandler.self),
            handler.activate()
        else {
            // It closed in the same moment: nothing was written.
            remove(nil, from: call.address)
            return fail(call, ChannelError.alreadyClosed)
        }
        handler.send(call)
    }

    private func fail(_ call: HTTPCall, _ cause: any Error) {
        let error = isClosed ? MicroError.transportClosed() : MicroError.cannotConnect(to: call.address, cause)
        call.state.end(.failure(error))
    }
}
