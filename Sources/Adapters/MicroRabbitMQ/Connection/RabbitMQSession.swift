// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore
import Synchronization

/// One connection to one server.
final class RabbitMQSession: CurlSocketReader, Sendable {
    struct State {
        var socket: CurlSocket?
        /// Contains the channels that are being closed, whose numbers are still in use.
        var channels: [UInt16: RabbitMQChannel] = [:]
        var lastChannelID: UInt16 = 0
        var tune = AMQPMethod.Tune(maxChannel: 0, maxFrameSize: UInt32(AMQPFrame.minMaxSize), heartbeat: 0)
        var isOpen = false
        var error: MicroError?
        /// When the last bytes arrived.
        var lastActivity = ContinuousClock.now
        /// Why the server accepts no publications; nil if it does.
        var blockedReason: String?
        /// Tasks that wait until the server accepts publications.
        var unblockedWaiters: [Promise<Void>] = []
        var endWaiter: Promise<MicroError>?
    }

    let address: RabbitMQAddress
    /// For messages.
    let server: BackendServer
    let state = Mutex(State())
    /// Whether ``State/blockedReason`` is set, without the lock.
    private let hasBlockedReason = Atomic(false)
    let start = Promise<AMQPMethod.Start>()
    let tuneProposal = Promise<AMQPMethod.Tune>()
    let opened = Promise<Void>()
    private let closed = Promise<Void>()
    private let isClosing = Atomic(false)
    /// Makes sure that one task at a time checks the exchange.
    let exchangeSemaphore = AsyncSemaphore(1)
    /// Whether the exchange of the configuration exists.
    let hasExchange = Atomic(false)
    /// Only used on the thread of the connection: the lock is never contended.
    private let parser = Mutex(AMQPFrameParser())

    init(_ address: RabbitMQAddress, kind: BackendKind) {
        self.address = address
        server = BackendServer(kind: kind, number: 0, url: address.description)
    }

    // MARK: Sending

    /// When the last bytes arrived.
    var lastActivity: ContinuousClock.Instant { state.withLock(\.lastActivity) }

    /// Sends commands of the connection.
    func send(_ commands: AMQPCommand...) {
        var writer = AMQPWriter()
        for command in commands { command.write(to: &writer, on: 0) }
        state.withLock(\.socket)?.write { $0.append(writer.bytes) }
    }

    /// Sends a heartbeat, unless the output is stuck.
    func sendHeartbeat() {
        var writer = AMQPWriter(capacity: AMQPFrame.overhead)
        writer.frame(.heartbeat, on: 0) { _ in }
        _ = state.withLock(\.socket)?.tryWrite { $0.append(writer.bytes) }
    }

    /// The maximum size of a frame, in bytes.
    var maxFrameSize: Int { state.withLock { Int($0.tune.maxFrameSize) } }

    // MARK: Channels

    /// Reserves a channel, which the caller opens with its first commands.
    ///
    /// - Throws: ``/MicroCore/MicroError``: the error that ended the session, or `resourceExhausted` if the server allows no
    ///   further channel.
    func makeChannel(_ handlers: RabbitMQChannel.Handlers = .init()) throws -> RabbitMQChannel {
        try state.withLock { state in
            guard let socket = state.socket, state.error == nil else { throw state.error ?? closedError }
            guard state.channels.count < Int(state.tune.maxChannel) else {
                throw server.kind.error(
                    .resourceExhausted,
                    "\(server) allows \(state.tune.maxChannel) channels per connection: raise channel_max, or use fewer "
                        + "subscriptions")
            }
            repeat {
                state.lastChannelID = state.lastChannelID >= state.tune.maxChannel ? 1 : state.lastChannelID + 1
            } while state.channels[state.lastChannelID] != nil
            let channel = RabbitMQChannel(
                state.lastChannelID, of: self, socket: socket, maxFrameSize: Int(state.tune.maxFrameSize),
                handlers: handlers)
            state.channels[channel.id] = channel
            return channel
        }
    }

    /// Confirms that the server has closed a channel.
    func sendCloseOk(for channel: RabbitMQChannel) {
        var writer = AMQPWriter(capacity: 32)
        AMQPCommand.channelCloseOk.write(to: &writer, on: channel.id)
        // The number can be used again once the confirmation is sent.
        state.withLock { state in
            _ = state.socket?.write { $0.append(writer.bytes) }
            state.channels[channel.id] = nil
        }
    }

    func remove(_ channel: RabbitMQChannel) { state.withLock { $0.channels[channel.id] = nil } }

    // MARK: Flow control

    /// Whether the server accepts publications.
    var isBlocked: Bool { hasBlockedReason.load(ordering: .relaxed) }

    /// The error of publications while the server accepts none; nil if it does.
    var blockedError: MicroError? {
        state.withLock(\.blockedReason).map {
            server.kind.error(
                .resourceExhausted, "\(server) accepts no publications: \($0). Free memory or disk space there",
                isSafeToRetry: true)
        }
    }

    /// Returns once the server accepts publications, or the session has ended.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `resourceExhausted` at the deadline; `CancellationError`.
    func waitUntilUnblocked(by deadline: ContinuousClock.Instant) async throws {
        guard isBlocked, let error = blockedError else { return }
        let waiter = Promise<Void>()
        let isReady = state.withLock { state in
            guard state.blockedReason != nil, state.error == nil else { return true }
            state.unblockedWaiters.append(waiter)
            return false
        }
        guard !isReady else { return }
        // An alarm may last for hours.
        defer { state.withLock { $0.unblockedWaiters.removeAll { $0 === waiter } } }
        try await waiter.value(until: deadline, orThrow: error)
    }

    // MARK: The end

    /// Waits for the end of the session; nil at the deadline, or if the task is cancelled. Only one task may wait.
    func waitForEnd(until deadline: ContinuousClock.Instant) async -> MicroError? {
        let promise = Promise<MicroError>()
        let error = state.withLock { state in
            state.endWaiter = promise
            return state.error
        }
        if let error { return error }
        return try? await promise.value(until: deadline, orThrow: self.timeoutError("continues"))
    }

    /// Ends the session as if the connection had broken.
    func fail(_ error: MicroError) {
        let ended = state.withLock { state -> State? in
            guard state.error == nil else { return nil }
            let before = state
            state.error = error
            (state.channels, state.unblockedWaiters, state.endWaiter) = ([:], [], nil)
            return before
        }
        guard let ended else { return }
        ended.socket?.beginClosing()
        for promise in [opened, closed] { promise.reject(with: error) }
        start.reject(with: error)
        tuneProposal.reject(with: error)
        for channel in ended.channels.values { channel.end(error) }
        for waiter in ended.unblockedWaiters { waiter.resolve() }
        ended.endWaiter?.resolve(with: .success(error))
    }

    /// Closes the connection gracefully: everything that was sent before arrives. Stops waiting at the deadline.
    func close(by deadline: ContinuousClock.Instant) async {
        guard !isClosing.exchange(true, ordering: .acquiringAndReleasing) else { return }
        for channel in state.withLock({ Array($0.channels.values) }) { channel.sendAcknowledgements() }
        send(.connectionClose)
        // A server that does not respond is not waited for.
        try? await closed.value(until: deadline, orThrow: self.timeoutError("did not close the connection"))
        await abort()
    }

    /// Ends the connection and waits for its thread.
    func abort() async {
        fail(closedError)
        await state.withLock(\.socket)?.close()
    }

    /// The error of operations after the end.
    var closedError: MicroError { server.kind.error(.unavailable, "the connection to \(server) is closed") }

    func timeoutError(_ problem: String) -> MicroError {
        server.kind.error(.deadlineExceeded, "\(server) \(problem) before the deadline")
    }

    // MARK: Receiving, on the thread of the connection

    /// Sets the maximum size of received frames.
    func limitFrames(to size: Int) { parser.withLock { $0.maxFrameSize = size } }

    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket) {
        state.withLock { $0.lastActivity = .now }
        var handler = Handler(session: self)
        do throws(MicroError) {
            try parser.withLock { parser throws(MicroError) in try parser.feed(bytes, to: &handler) }
            handler.channel?.flush()
        } catch {
            fail(server.kind.error(error.code, "\(server): \(error.message)"))
        }
    }

    func end(_ error: CurlError) { fail(MicroError(error, at: server, timeout: .zero)) }

    private struct Handler: AMQPFrameHandler {
        let session: RabbitMQSession
        /// The channel of the last frame.
        var channel: RabbitMQChannel?

        mutating func handle(_ frame: AMQPFrame) throws(MicroError) {
            guard frame.channel != 0 else {
                // `connection.close` ends all channels: what arrived before is passed on first.
                channel?.flush()
                if frame.kind == .method { try session.handle(try AMQPMethod(parsing: frame.payload)) }
                return
            }
            if channel?.id != frame.channel {
                channel?.flush()
                channel = session.state.withLock { $0.channels[frame.channel] }
            }
            // Frames of a channel that was closed meanwhile are dropped.
            try channel?.handle(frame)
        }
    }

    private func handle(_ method: AMQPMethod) throws(MicroError) {
        switch method {
        case .connectionStart(let value): start.resolve(with: .success(value))
        case .connectionTune(let value): tuneProposal.resolve(with: .success(value))
        case .connectionOpenOk:
            state.withLock { $0.isOpen = true }
            opened.resolve()
        case .connectionClose(let reason):
            send(.connectionCloseOk)
            fail(server.error(reason, isLoggedIn: state.withLock(\.isOpen)))
        case .connectionCloseOk: closed.resolve()
        case .connectionBlocked(let reason):
            state.withLock { state in
                state.blockedReason = reason.isEmpty ? "blocked" : reason
                hasBlockedReason.store(true, ordering: .relaxed)
            }
        case .connectionUnblocked:
            let waiters = state.withLock { state in
                state.blockedReason = nil
                hasBlockedReason.store(false, ordering: .relaxed)
                defer { state.unblockedWaiters = [] }
                return state.unblockedWaiters
            }
            for waiter in waiters { waiter.resolve() }
        case .connectionSecure: throw AMQPReader.violation("it sent an unexpected login challenge")
        default: throw AMQPReader.violation("it sent a channel method on channel 0")
        }
    }
}
