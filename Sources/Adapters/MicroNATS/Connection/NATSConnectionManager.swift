// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Logging
import MicroCore
import Synchronization

/// Keeps one connection to one of the servers: connects on first use, reconnects after a loss, and restores the
/// subscriptions then.
final class NATSConnectionManager: Sendable, CustomStringConvertible {
    /// A change of the connection.
    enum Event: Sendable {
        case connected(NATSSession)
        case disconnected
        /// The server denies publications to a subject.
        case publicationDenied(subject: String, MicroError)
    }

    struct State {
        /// Runs the connection loop; nil until first use.
        var runner: Task<Void, Never>?
        /// The session to use; nil while there is none.
        var session: NATSSession? {
            didSet { updateUncheckedSocket() }
        }
        /// The socket of the session, if publications need no check of permissions.
        private(set) var uncheckedSocket: CurlSocket?
        var subscriptions: [UInt64: NATSSubscription] = [:]
        var nextID: UInt64 = 0
        /// Tasks that wait for a session.
        var waiters: [UInt64: Promise<NATSSession>] = [:]
        /// Why there is no session.
        var problem: MicroError?
        var servers: NATSServerList
        var maxPayload = 1024 * 1024
        var permissions = NATSPermissions() {
            didSet { updateUncheckedSocket() }
        }
        /// The topic that was validated last.
        var lastTopic = ""
        var isClosed = false
        /// Whether the client identifies itself, and may therefore have its own permissions.
        let hasLogin: Bool

        init(servers: NATSServerList, hasLogin: Bool) {
            self.servers = servers
            self.hasLogin = hasLogin
        }

        private mutating func updateUncheckedSocket() {
            uncheckedSocket = hasLogin || permissions.hasDenials ? nil : session?.openSocket
        }

        mutating func makeID() -> UInt64 {
            nextID += 1
            return nextID
        }
    }

    let configuration: NATSConfiguration
    /// Whether this is the connection of a broker or of a transport.
    let kind: BackendKind
    /// All addresses, such as `NATS at nats://127.0.0.1:4222`.
    let description: String
    let login: NATSLogin
    let logger: Logger
    let outages: OutageLog
    let state: Mutex<State>
    private let observers = Mutex<[UInt64: @Sendable (Event) -> Void]>([:])

    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    init(_ configuration: NATSConfiguration, role: BackendKind.Role, logger: Logger) throws {
        let kind = BackendKind.nats(role)
        let addresses = try configuration.parsedAddresses(for: kind)
        try configuration.checkLimits(for: kind)
        self.configuration = configuration
        self.kind = kind
        self.logger = logger
        outages = OutageLog(kind.name, logger: logger)
        login = try configuration.login(for: kind)
        description = "NATS at \(addresses.map(\.description).joined(separator: ", "))"
        state = Mutex(
            State(
                servers: NATSServerList(addresses),
                hasLogin: !login.isAnonymous || configuration.clientCertificateFile != nil))
    }

    /// The largest payload that the server accepts, including headers, in bytes; while disconnected, the limit of the
    /// previous server.
    var maxPayload: Int { state.withLock(\.maxPayload) }

    // MARK: Observers

    /// Adds an observer of the connection, which must not block.
    ///
    /// - Returns: An ID to remove it with.
    @discardableResult
    func addObserver(_ observer: @escaping @Sendable (Event) -> Void) -> UInt64 {
        let id = state.withLock { $0.makeID() }
        observers.withLock { $0[id] = observer }
        return id
    }

    func removeObserver(_ id: UInt64) { observers.withLock { _ = $0.removeValue(forKey: id) } }

    func notifyObservers(_ event: Event) {
        for observer in observers.withLock({ Array($0.values) }) { observer(event) }
    }

    // MARK: Sessions

    /// Waits for a session.
    ///
    /// - Throws: ``/MicroCore/MicroError``: why there is no session at the deadline, or immediately if the credentials
    ///   are refused; `CancellationError`.
    func connected(by deadline: ContinuousClock.Instant) async throws -> NATSSession {
        try Task.checkCancellation()
        let promise = Promise<NATSSession>()
        let (session, id) = try state.withLock { state -> (NATSSession?, UInt64) in
            if state.isClosed { throw closedError }
            if let session = state.session { return (session, 0) }
            if let problem = state.problem, problem.isAuthorizationError { throw problem }
            let id = state.makeID()
            state.waiters[id] = promise
            if state.runner == nil { state.runner = Task { await self.run() } }
            return (nil, id)
        }
        if let session { return session }
        defer { state.withLock { _ = $0.waiters.removeValue(forKey: id) } }
        return try await promise.value(until: deadline, orThrow: self.connectionProblem)
    }

    /// Why there is no session; nil while there is one.
    var outage: MicroError? {
        state.withLock { state in
            guard state.session == nil else { return nil }
            return state.problem ?? kind.error(.unavailable, "there is no connection to \(description)")
        }
    }

    private var connectionProblem: MicroError {
        state.withLock(\.problem)
            ?? kind.error(.unavailable, "cannot reach \(description) before the deadline", isSafeToRetry: true)
    }

    var closedError: MicroError { kind.closedError(description) }

    /// Returns once the server has processed everything that was sent before. After a connection loss, waits for the
    /// next session, which has all subscriptions too.
    ///
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    func confirm(by deadline: ContinuousClock.Instant) async throws {
        while true {
            let session = try await connected(by: deadline)
            do { return try await session.ping(by: deadline) } catch let error as MicroError
                where error.code != .deadlineExceeded && deadline > .now
            {
                // The session has ended; the connection loop replaces it.
                await Task.yield()
            }
        }
    }

    // MARK: Subscriptions

    var subscriptions: [UInt64: NATSSubscription] { state.withLock(\.subscriptions) }

    /// Adds a subscription. It is sent to the server immediately, or as soon as there is a session. A subscription that
    /// the server refuses is sent again with backoff, as long as it exists.
    ///
    /// - Parameter onRefusal: Called when the server refuses the subscription, and with nil when it accepts it again.
    /// - Throws: ``/MicroCore/MicroError`` with `closed`.
    func subscribe(
        _ subject: String, queue: String? = nil, onRefusal: @escaping @Sendable (MicroError?) -> Void = { _ in },
        receive: @escaping @Sendable ([NATSMessage]) -> Void
    ) throws -> NATSSubscription {
        try state.withLock { state in
            if state.isClosed { throw closedError }
            let subscription = NATSSubscription(
                id: state.makeID(), subject: subject, queue: queue, receive: receive, onRefusal: onRefusal)
            state.subscriptions[subscription.id] = subscription
            // Under the lock: a session that begins now reads the subscription from the table.
            state.session?.subscribe(CollectionOfOne(subscription))
            return subscription
        }
    }

    func unsubscribe(_ subscription: NATSSubscription) {
        state.withLock { state in
            guard state.subscriptions.removeValue(forKey: subscription.id) != nil else { return }
            _ = state.session?.write { $0.appendUnsubscribe(subscription.id) }
        }
        // A subscription that waits for its confirmation is ended only by closing.
        subscription.end(closedError)
    }

    /// Stops the server from sending messages of a subscription; messages that it sent before are still delivered.
    func stopDelivery(of subscription: NATSSubscription) { sendControl { $0.appendUnsubscribe(subscription.id) } }

    /// Returns once a subscription is in effect at the server.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `permissionDenied` or `resourceExhausted` if the server refuses it, and
    ///   others; `CancellationError`.
    func confirm(_ subscription: NATSSubscription, by deadline: ContinuousClock.Instant) async throws {
        _ = try await connected(by: deadline)
        try await subscription.confirmation(by: deadline, orThrow: self.unconfirmedError(subscription))
    }

    private func unconfirmedError(_ subscription: NATSSubscription) -> MicroError {
        guard let session = state.withLock(\.session) else { return connectionProblem }
        return session.timeoutError("did not confirm the subscription to \(subscription.subject)")
    }

    /// Sends a refused subscription again.
    private func retry(_ subscription: NATSSubscription) {
        state.withLock { state in
            guard state.subscriptions[subscription.id] != nil else { return }
            state.session?.subscribe(CollectionOfOne(subscription))
        }
    }

    private static let retryBackoff = Backoff(base: .milliseconds(500), maxDelay: .seconds(15))

    func refused(_ subscription: NATSSubscription, _ error: MicroError) {
        guard let count = subscription.refuse(error) else { return }
        if count == 0 {
            logger.warning(
                "NATS refused a subscription", metadata: ["subject": "\(subscription.subject)", "cause": "\(error)"])
        }
        let retryTime = ContinuousClock.now + Self.retryBackoff.delay(attempt: count)
        _ = DeadlineQueue.shared.schedule(at: retryTime) { [weak self, weak subscription] in
            if let subscription { self?.retry(subscription) }
        }
    }

    // MARK: The end

    /// Waits until the server has received everything that was sent, and everything that the server sent before that
    /// has been received. Returns immediately if there is no server.
    func flush(by deadline: ContinuousClock.Instant) async {
        // Without a server, or after the deadline, there is nothing to wait for.
        try? await state.withLock(\.session)?.ping(by: deadline)
    }

    /// Sends what was written, ends the session, and waits for the connection loop.
    func close(by deadline: ContinuousClock.Instant) async {
        await flush(by: deadline)
        await stop()?.value
    }

    /// Ends everything without waiting.
    ///
    /// - Returns: The connection loop, which still has to end.
    @discardableResult
    func stop() -> Task<Void, Never>? {
        let (waiters, subscriptions, runner) = state.withLock { state in
            state.isClosed = true
            defer { (state.waiters, state.subscriptions) = ([:], [:]) }
            return (state.waiters.values, state.subscriptions.values, state.runner)
        }
        for waiter in waiters { waiter.reject(with: closedError) }
        for subscription in subscriptions { subscription.end(closedError) }
        runner?.cancel()
        return runner
    }
}
