// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import DequeModule
import MicroCore
import Synchronization

/// What a session tells its link of. All of it comes on the thread of the connection.
protocol NATSSessionDelegate: AnyObject, Sendable {
    /// Where messages go to now.
    var subscriptions: [UInt64: NATSSubscription] { get }
    /// The server has said something new about itself.
    ///
    /// - Parameter isTrusted: Whether nobody on the way can have changed it, as far as TLS is wanted at all.
    func updateServers(_ info: NATSInfo, from address: NATSAddress, isTrusted: Bool)
    /// The server refuses one subject, and goes on.
    func record(denied subject: String, isPublication: Bool, _ error: MicroError)
}

/// One connection to one server, from its introduction to its end.
final class NATSSession: CurlSocketReader, Sendable {
    /// How a session comes to its end.
    enum End: Sendable {
        /// It is broken.
        case connectionError(MicroError)
        /// It works, and the server wants its clients to go elsewhere.
        case lameDuckMode
    }

    private typealias Waiter<Value> = CheckedContinuation<Value, any Error>

    private struct State {
        var socket: CurlSocket?
        var info: NATSInfo?
        var infoWaiter: Waiter<NATSInfo>?
        /// In the order of their pings; nil for one that nobody waits for any more.
        var pongs: Deque<(id: UInt64, waiter: Waiter<Void>?)> = []
        var nextPong: UInt64 = 0
        var connectionError: MicroError?
        var isInLameDuckMode = false
        /// When something came last.
        var lastActivity = ContinuousClock.now
        /// Whether TLS is wanted, and not there yet.
        var isAwaitingTLS = false
        var endWaiter: CheckedContinuation<End?, Never>?

        var end: End? { connectionError.map(End.connectionError) ?? (isInLameDuckMode ? .lameDuckMode : nil) }
    }

    let address: NATSAddress
    /// For messages.
    let server: BackendServer
    private weak let delegate: (any NATSSessionDelegate)?
    private let state = Mutex(State())
    /// Used on the thread of the connection alone; the lock is never waited for.
    private let parser = Mutex(NATSParser())

    private init(_ address: NATSAddress, delegate: any NATSSessionDelegate) {
        self.address = address
        self.delegate = delegate
        server = BackendServer(kind: .nats, number: 0, url: address.description)
    }

    // MARK: Beginning

    /// Connects and logs in.
    ///
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    static func open(
        _ address: NATSAddress, configuration: NATSConfiguration, login: NATSLogin, delegate: any NATSSessionDelegate
    ) async throws -> NATSSession {
        let session = NATSSession(address, delegate: delegate)
        let deadline = ContinuousClock.now + configuration.connectTimeout
        do {
            try await session.connect(configuration, login, deadline)
            return session
        } catch {
            // What the server has said explains what came of the connection; asked before the end of it is a reason itself.
            let reason = session.state.withLock(\.connectionError)
            await session.close()
            guard let error = error as? CurlError else { throw error }
            throw reason ?? MicroError(error, at: session.server, timeout: configuration.connectTimeout)
        }
    }

    private func connect(
        _ configuration: NATSConfiguration, _ login: NATSLogin, _ deadline: ContinuousClock.Instant
    ) async throws {
        let target = address.target(tlsFirst: configuration.usesTLSFirst)
        state.withLock { $0.isAwaitingTLS = address.scheme == .tls && !target.usesTLS }
        let socket = try await CurlSocket.connect(
            to: target, tls: configuration.tls, timeout: deadline - .now, reader: self)
        state.withLock { $0.socket = socket }
        let info = try await waitForInfo(by: deadline)
        let wantsTLS = address.scheme == .tls || (info.requiresTLS == true && address.scheme == .nats)
        if wantsTLS, !target.usesTLS {
            guard info.requiresTLS == true || info.offersTLS == true else {
                throw MicroError(
                    .unavailable, "\(server) does not speak TLS: is the address right, or nats:// meant?",
                    origin: MicroError.Origin.broker)
            }
            try await socket.startTLS(timeout: deadline - .now)
            // What came in plain text before may be anybody's.
            parser.withLock { $0 = NATSParser() }
            state.withLock { $0.isAwaitingTLS = false }
        }
        socket.write { $0.appendConnect(login, usesTLS: wantsTLS || target.usesTLS) }
        try await ping(by: deadline)
    }

    private func waitForInfo(by deadline: ContinuousClock.Instant) async throws -> NATSInfo {
        let late = self.late("did not introduce itself")
        let timer = DeadlineQueue.shared.schedule(at: deadline) {
            self.state.withLock { $0.infoWaiter.take() }?.resume(throwing: late)
        }
        defer { DeadlineQueue.shared.cancel(timer) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<NATSInfo, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let connectionError = state.connectionError { return .failure(connectionError) }
                    if let info = state.info { return .success(info) }
                    if deadline <= .now { return .failure(late) }
                    state.infoWaiter = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.infoWaiter.take() }?.resume(throwing: CancellationError())
        }
    }

    /// What the server said last.
    var info: NATSInfo? { state.withLock(\.info) }

    // MARK: Sending

    /// When something came last.
    var lastActivity: ContinuousClock.Instant { state.withLock(\.lastActivity) }

    /// What it sends by.
    var openSocket: CurlSocket? { state.withLock(\.socket) }

    /// Appends to what is sent.
    func write(_ append: (inout CurlOutput) -> Void) -> CurlSocket.WriteCapacity {
        guard let socket = state.withLock(\.socket) else { return .closed }
        return socket.write(append)
    }

    /// Appends to what is sent, unless it should wait.
    func tryWrite(_ append: (inout CurlOutput) -> Void) -> CurlSocket.WriteCapacity {
        guard let socket = openSocket else { return .closed }
        return socket.tryWrite(append)
    }

    /// Returns once there is room to write again, or the session is over.
    func waitForRoom() async { await state.withLock(\.socket)?.waitForRoom() }

    /// Returns once the server has taken everything that was sent before.
    ///
    /// - Throws: ``MicroCore/MicroError``: `deadlineExceeded`, and what the session has ended with; `CancellationError`.
    func ping(by deadline: ContinuousClock.Instant) async throws {
        let id = state.withLock { state in
            state.nextPong += 1
            return state.nextPong
        }
        let late = self.late("did not answer a ping")
        let timer = DeadlineQueue.shared.schedule(at: deadline) { self.removePongWaiter(id)?.resume(throwing: late) }
        defer { DeadlineQueue.shared.cancel(timer) }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let error = state.withLock { state -> (any Error)? in
                    if Task.isCancelled { return CancellationError() }
                    if deadline <= .now { return late }
                    // Under the lock, so that pings go out in the order of those who wait.
                    guard let socket = state.socket, state.connectionError == nil,
                        socket.write({ $0.appendPing() }) != .closed
                    else { return state.connectionError ?? self.closedError }
                    state.pongs.append((id, continuation))
                    return nil
                }
                if let error { continuation.resume(throwing: error) }
            }
        } onCancel: {
            removePongWaiter(id)?.resume(throwing: CancellationError())
        }
    }

    /// The pong still comes, and is for nobody.
    private func removePongWaiter(_ id: UInt64) -> Waiter<Void>? {
        state.withLock { state in
            guard let index = state.pongs.firstIndex(where: { $0.id == id }) else { return nil }
            return state.pongs[index].waiter.take()
        }
    }

    // MARK: The end

    /// Waits for the end of the session, or for the end of the time, which gives nil. For one caller.
    func waitForEnd(until deadline: ContinuousClock.Instant) async -> End? {
        let timer = DeadlineQueue.shared.schedule(at: deadline) { self.stopWaitingForEnd() }
        defer { DeadlineQueue.shared.cancel(timer) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let end = state.withLock { state -> End?? in
                    if let end = state.end { return .some(end) }
                    if Task.isCancelled || deadline <= .now { return .some(nil) }
                    state.endWaiter = continuation
                    return nil
                }
                if let end { continuation.resume(returning: end) }
            }
        } onCancel: {
            stopWaitingForEnd()
        }
    }

    private func stopWaitingForEnd() { state.withLock { $0.endWaiter.take() }?.resume(returning: nil) }

    /// Ends the session as if the connection had broken.
    func fail(_ error: MicroError) {
        let (socket, wakeUps) = state.withLock { state in
            if state.connectionError == nil { state.connectionError = error }
            return (state.socket, takeWaiters(&state))
        }
        socket?.beginClosing()
        for wakeUp in wakeUps { wakeUp() }
    }

    /// Closes the connection and waits for its thread.
    func close() async { await state.withLock(\.socket)?.close() }

    private func takeWaiters(_ state: inout State) -> [@Sendable () -> Void] {
        guard let connectionError = state.connectionError else { return [] }
        var wakeUps: [@Sendable () -> Void] = []
        if let waiter = state.infoWaiter.take() { wakeUps.append { waiter.resume(throwing: connectionError) } }
        if let waiter = state.endWaiter.take() {
            wakeUps.append { waiter.resume(returning: .connectionError(connectionError)) }
        }
        for case let waiter? in state.pongs.map(\.waiter) {
            wakeUps.append { waiter.resume(throwing: connectionError) }
        }
        state.pongs = []
        return wakeUps
    }

    /// What is asked of it when it has ended.
    var closedError: MicroError {
        MicroError(.unavailable, "the connection to \(server) is over", origin: MicroError.Origin.broker)
    }

    private func late(_ problem: String) -> MicroError {
        MicroError(.deadlineExceeded, "\(server) \(problem) in time", origin: MicroError.Origin.broker)
    }

    // MARK: The thread's side

    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket) {
        state.withLock { $0.lastActivity = .now }
        // Read after the bytes have come: whatever is in them was subscribed to before.
        var handler = Handler(session: self, socket: socket, batch: NATSBatch(delegate?.subscriptions ?? [:]))
        do throws(MicroError) {
            try parser.withLock { parser throws(MicroError) in try parser.feed(bytes, to: &handler) }
            handler.batch.flush()
        } catch {
            var error = error
            error.message = "\(server): \(error.message)"
            fail(error)
        }
    }

    func end(_ error: CurlError) { fail(MicroError(error, at: server, timeout: .zero)) }

    /// Does what the parser finds.
    private struct Handler: NATSParserHandler {
        let session: NATSSession
        let socket: CurlSocket
        var batch: NATSBatch

        mutating func handle(_ head: NATSMessageHead, payload: UnsafeRawBufferPointer) { batch.add(head, payload) }

        mutating func handle(_ operation: NATSOperation) {
            switch operation {
            case .info(let info): session.handle(info)
            // Who asks and does not read gets no more.
            case .ping: _ = socket.tryWrite { $0.appendPong() }
            case .pong:
                // Who waits for it may look whether the messages before it have come.
                batch.flush()
                session.handlePong()
            case .ok: break
            case .error(let text): session.handle(error: text)
            }
        }
    }

    private func handle(_ info: NATSInfo) {
        let (wakeUps, isAwaitingTLS) = state.withLock { state -> ([@Sendable () -> Void], Bool) in
            state.info = info
            var wakeUps: [@Sendable () -> Void] = []
            if let waiter = state.infoWaiter.take() { wakeUps.append { waiter.resume(returning: info) } }
            if info.isLameDuck == true, !state.isInLameDuckMode {
                state.isInLameDuckMode = true
                if let waiter = state.endWaiter.take() { wakeUps.append { waiter.resume(returning: .lameDuckMode) } }
            }
            return (wakeUps, state.isAwaitingTLS)
        }
        for wakeUp in wakeUps { wakeUp() }
        delegate?.updateServers(info, from: address, isTrusted: !isAwaitingTLS)
    }

    private func handlePong() { state.withLock { $0.pongs.popFirst()?.waiter }?.resume() }

    private func handle(error text: String) {
        let error = MicroError(natsError: text, at: server)
        if let (subject, isPublication) = MicroError.deniedSubject(in: text) {
            delegate?.record(denied: subject, isPublication: isPublication, error)
        } else if error.code != .internal || !text.lowercased().contains("invalid subject") {
            // The server closes the connection behind it.
            fail(error)
        }
    }
}
