// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import DequeModule
import MicroCore
import Synchronization

/// Receives the events of a session. All methods are called on the thread of its connection.
protocol NATSSessionDelegate: AnyObject, Sendable {
    /// The subscriptions that messages are delivered to.
    var subscriptions: [UInt64: NATSSubscription] { get }
    /// The server sent information about itself.
    ///
    /// - Parameter isTrusted: Whether the information is authentic: TLS protects it, or TLS is not configured.
    func updateServers(_ info: ServerInfo, from address: NATSAddress, isTrusted: Bool)
    /// The server denied a publication or a subscription. The session continues.
    func record(_ denial: NATSPermissionDenial, _ error: MicroError)
    /// The server refused a subscription. The session continues.
    func refused(_ subscription: NATSSubscription, _ error: MicroError)
}

/// One connection to one server.
final class NATSSession: CurlSocketReader, Sendable {
    /// Why a session must be replaced.
    enum End: Sendable {
        case connectionError(MicroError)
        /// The session works, but the server is about to shut down.
        case lameDuckMode
    }

    /// What a pong confirms.
    enum Pong: Sendable {
        case ping(Promise<Void>)
        /// The subscription that was sent just before the ping.
        case subscription(NATSSubscription)
    }

    struct State {
        var socket: CurlSocket?
        /// One for each ping without a pong, oldest first.
        var pongs: Deque<Pong> = []
        /// An error that does not identify its subscription: it concerns the subscription that the next pong confirms.
        var subscriptionError: MicroError?
        var connectionError: MicroError?
        var isInLameDuckMode = false
        /// When the last bytes arrived.
        var lastActivity = ContinuousClock.now
        /// Whether the connection is still plain and must be upgraded to TLS.
        var isAwaitingTLS = false
        var endWaiter: Promise<End>?

        var end: End? { connectionError.map(End.connectionError) ?? (isInLameDuckMode ? .lameDuckMode : nil) }
    }

    let address: NATSAddress
    /// For messages.
    let server: BackendServer
    /// The first `INFO`.
    let greeting = Promise<ServerInfo>()
    let state = Mutex(State())
    private weak let delegate: (any NATSSessionDelegate)?
    /// Used only on the thread of the connection, so the lock is never contended.
    private let parser = Mutex(NATSParser())

    init(_ address: NATSAddress, kind: BackendKind, delegate: any NATSSessionDelegate) {
        self.address = address
        self.delegate = delegate
        server = BackendServer(kind: kind, number: 0, url: address.description)
    }

    // MARK: Sending

    /// When the last bytes arrived.
    var lastActivity: ContinuousClock.Instant { state.withLock(\.lastActivity) }

    /// The connection.
    var openSocket: CurlSocket? { state.withLock(\.socket) }

    /// Appends to the send buffer, even if it is full.
    func write(_ append: (inout CurlOutput) -> Void) -> CurlSocket.WriteCapacity {
        openSocket?.write(append) ?? .closed
    }

    /// Appends to the send buffer, unless it is full.
    func tryWrite(_ append: (inout CurlOutput) -> Void) -> CurlSocket.WriteCapacity {
        openSocket?.tryWrite(append) ?? .closed
    }

    /// Returns once the send buffer has room, or the session has ended.
    func waitForRoom() async { await openSocket?.waitForRoom() }

    /// Returns once the server has processed everything that was sent before.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `deadlineExceeded` or the error that ended the session;
    ///   `CancellationError`.
    func ping(by deadline: ContinuousClock.Instant) async throws {
        let pong = Promise<Void>()
        try state.withLock { state in
            // Under the lock, so that the pings are sent in the order of the promises.
            guard let socket = state.socket, state.connectionError == nil, socket.write({ $0.appendPing() }) != .closed
            else { throw state.connectionError ?? closedError }
            state.pongs.append(.ping(pong))
        }
        try await pong.value(until: deadline, orThrow: self.timeoutError("did not respond to a ping"))
    }

    /// Sends subscriptions. A ping follows each, so that an error of the server can be assigned to it.
    func subscribe(_ subscriptions: some Collection<NATSSubscription>) {
        state.withLock { state in
            guard let socket = state.socket, state.connectionError == nil else { return }
            for each in subscriptions { each.willSend() }
            let capacity = socket.write { output in
                for each in subscriptions {
                    output.appendSubscribe(to: each.subject, queue: each.queue, as: each.id)
                    output.appendPing()
                }
            }
            if capacity != .closed { state.pongs.append(contentsOf: subscriptions.lazy.map(Pong.subscription)) }
        }
    }

    // MARK: The end

    /// Waits until the session must be replaced; nil at the deadline. Only one task may wait.
    func waitForEnd(until deadline: ContinuousClock.Instant) async -> End? {
        let promise = Promise<End>()
        let end = state.withLock { state in
            state.endWaiter = promise
            return state.end
        }
        if let end { return end }
        return try? await promise.value(until: deadline, orThrow: self.timeoutError("continues"))
    }

    /// Ends the session as if the connection had broken.
    func fail(_ error: MicroError) {
        let (socket, error, pongs, endWaiter) = state.withLock { state in
            let error = state.connectionError ?? error
            state.connectionError = error
            defer { state.pongs = [] }
            return (state.socket, error, state.pongs, state.endWaiter.take())
        }
        socket?.beginClosing()
        greeting.reject(with: error)
        for case .ping(let promise) in pongs { promise.reject(with: error) }
        endWaiter?.resolve(with: .success(.connectionError(error)))
    }

    /// Closes the connection and waits for its thread.
    func close() async { await openSocket?.close() }

    /// The error of operations after the end.
    var closedError: MicroError { server.kind.error(.unavailable, "the connection to \(server) is closed") }

    func timeoutError(_ problem: String) -> MicroError {
        server.kind.error(.deadlineExceeded, "\(server) \(problem) before the deadline")
    }

    // MARK: Receiving, on the thread of the connection

    /// Discards received bytes that are not parsed yet.
    func resetParser() { parser.withLock { $0 = NATSParser() } }

    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket) {
        let isAwaitingTLS = state.withLock { state in
            state.lastActivity = .now
            return state.isAwaitingTLS
        }
        // Read after the bytes have arrived, so that it contains every subscription to which they belong. Messages
        // before the TLS handshake are not authentic, and are dropped.
        let subscriptions: [UInt64: NATSSubscription] = isAwaitingTLS ? [:] : (delegate?.subscriptions ?? [:])
        var handler = Handler(session: self, socket: socket, batch: NATSMessageBatch(subscriptions))
        do throws(MicroError) {
            try parser.withLock { parser throws(MicroError) in try parser.feed(bytes, to: &handler) }
            handler.batch.flush()
        } catch {
            fail(server.kind.error(error.code, "\(server): \(error.message)"))
        }
    }

    func end(_ error: CurlError) { fail(MicroError(error, at: server, timeout: .zero)) }

    private struct Handler: NATSParserHandler {
        let session: NATSSession
        let socket: CurlSocket
        var batch: NATSMessageBatch

        mutating func handle(_ head: NATSMessageHead, payload: UnsafeRawBufferPointer) { batch.add(head, payload) }

        mutating func handle(_ operation: NATSOperation) {
            switch operation {
            case .info(let info): session.handle(info)
            // If a server sends pings without reading, no pongs are sent beyond the limit of the send buffer.
            case .ping: _ = socket.tryWrite { $0.appendPong() }
            case .pong:
                // The messages before the pong are delivered first.
                batch.flush()
                session.handlePong()
            case .ok: break
            case .error(let text): session.handle(error: text)
            }
        }
    }

    private func handle(_ info: ServerInfo) {
        let (endWaiter, isAwaitingTLS) = state.withLock { state -> (Promise<End>?, Bool) in
            guard info.lameDuckMode == true, !state.isInLameDuckMode else { return (nil, state.isAwaitingTLS) }
            state.isInLameDuckMode = true
            return (state.endWaiter.take(), state.isAwaitingTLS)
        }
        greeting.resolve(with: .success(info))
        endWaiter?.resolve(with: .success(.lameDuckMode))
        delegate?.updateServers(info, from: address, isTrusted: !isAwaitingTLS)
    }

    private func handlePong() {
        let (pong, error) = state.withLock { ($0.pongs.popFirst(), $0.subscriptionError.take()) }
        switch pong {
        case .ping(let promise): promise.resolve()
        case .subscription(let subscription):
            if let error { delegate?.refused(subscription, error) } else { subscription.confirm() }
        case nil: break
        }
    }

    private func handle(error text: String) {
        let error = MicroError(natsError: text, at: server)
        if let denial = NATSPermissionDenial(parsing: text) {
            delegate?.record(denial, error)
        } else if text.lowercased().hasPrefix("maximum subscriptions exceeded") {
            state.withLock { $0.subscriptionError = error }
        } else if error.code != .internal || !text.lowercased().contains("invalid subject") {
            // The server closes the connection after any other error.
            fail(error)
        }
    }
}
