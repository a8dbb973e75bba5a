// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Logging
import MicroCore
import Synchronization

/// The way to the servers, whichever of them is there: connects on first use, subscribes again after a loss, and tells
/// who waits for it.
final class NATSConnectionManager: NATSSessionDelegate, Sendable {
    private struct State {
        var runner: Task<Void, Never>?
        /// The present one, if it works.
        var session: NATSSession? {
            didSet { findOpenSocket() }
        }
        /// That of the session, if nothing has to be found out before something is published.
        private(set) var openSocket: CurlSocket?
        var subscriptions: [UInt64: NATSSubscription] = [:]
        var nextID: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<NATSSession, any Error>] = [:]
        /// Why there is no session.
        var problem: MicroError?
        var servers: NATSServerList
        var maxPayload = 1024 * 1024
        /// What the server has refused to be published to since it was connected, by subject.
        var denied: [String: MicroError] = [:] {
            didSet { if oldValue.isEmpty != denied.isEmpty { findOpenSocket() } }
        }
        /// And what it has refused to be subscribed to.
        var deniedSubscriptions: [String: MicroError] = [:]
        /// What the server is known to allow who has logged in, since it was connected.
        var allowed: Set<String> = []
        /// The topic that was published to last, which needs no check.
        var lastTopic = ""
        var isClosed = false
        /// Whether there may be rights that others do not have.
        let hasLogin: Bool

        init(servers: NATSServerList, hasLogin: Bool) {
            self.servers = servers
            self.hasLogin = hasLogin
        }

        private mutating func findOpenSocket() {
            openSocket = hasLogin || !denied.isEmpty ? nil : session?.openSocket
        }

        mutating func makeID() -> UInt64 {
            nextID += 1
            return nextID
        }
    }

    /// How many refused subjects are kept, and how many allowed ones.
    private static let maxDeniedSubjects = 1024
    private static let maxAllowedSubjects = 4096

    let configuration: NATSConfiguration
    /// Such as `NATS at nats://127.0.0.1:4222`, with all addresses.
    let description: String
    private let login: NATSLogin
    private let logger: Logger
    private let state: Mutex<State>
    private let sessionObservers = Mutex<[UInt64: @Sendable (NATSSession?) -> Void]>([:])
    private let denialHandler = Mutex<(@Sendable (_ subject: String, MicroError) -> Void)?>(nil)

    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    init(_ configuration: NATSConfiguration, logger: Logger) throws {
        let addresses = try configuration.parsedAddresses()
        try configuration.checkLimits()
        self.configuration = configuration
        self.logger = logger
        login = try configuration.login()
        description = "NATS at \(addresses.map(\.description).joined(separator: ", "))"
        state = Mutex(
            State(
                servers: NATSServerList(addresses),
                hasLogin: !login.isAnonymous || configuration.clientCertificateFile != nil))
    }

    /// Has somebody told of each session that begins, and of each that ends (nil).
    ///
    /// - Returns: What to end that with.
    @discardableResult
    func addSessionObserver(_ observer: @escaping @Sendable (NATSSession?) -> Void) -> UInt64 {
        let id = state.withLock { $0.makeID() }
        sessionObservers.withLock { $0[id] = observer }
        return id
    }

    /// Has the one who makes requests told of subjects that the server refuses.
    func observeDenials(_ observer: @escaping @Sendable (_ subject: String, MicroError) -> Void) {
        denialHandler.withLock { $0 = observer }
    }

    func removeSessionObserver(_ id: UInt64) { sessionObservers.withLock { _ = $0.removeValue(forKey: id) } }

    /// The largest payload that the server takes, headers included; that of the server before while there is none.
    var maxPayload: Int { state.withLock(\.maxPayload) }

    // MARK: Sending

    /// Appends to what is sent, and waits for a session and for room if need be.
    ///
    /// - Parameter subject: What is published to, if anything; one that the server has refused is refused here.
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func send(
        to subject: String? = nil, by deadline: ContinuousClock.Instant? = nil, _ append: (inout CurlOutput) -> Void
    ) async throws {
        let deadline = deadline ?? .now + configuration.timeout
        while true {
            let session = try await currentSession(for: subject, by: deadline)
            switch session.tryWrite(append) {
            case .available: return
            case .full: try await waitForRoom(session, by: deadline)
            case .closed:
                // Its end is on the way to the link.
                guard deadline > .now else { throw session.closedError }
                await Task.yield()
            }
        }
    }

    /// Publishes a message without any wait, if that is possible: there is a session with room, nothing is refused there, the
    /// topic is one, and the payload is not larger than it takes. The headers have been checked.
    ///
    /// - Returns: Whether it was taken. Nothing has happened otherwise.
    func tryPublish(_ message: BrokerMessage, to subject: String) -> Bool {
        state.withLock { state in
            guard let socket = state.openSocket, NATSHeaderBlock.payloadSize(of: message) <= state.maxPayload
            else { return false }
            // Who publishes a lot publishes to the same topic most often.
            if subject != state.lastTopic {
                guard TopicRules.isTopic(subject) else { return false }
                state.lastTopic = subject
            }
            // To compare with `==` calls a function of another module.
            if case .available = socket.tryWrite({ $0.appendPublish(message, to: subject) }) { return true }
            return false
        }
    }

    /// Appends to what is sent, if there is a session with room now.
    ///
    /// - Returns: Whether it was taken. Nothing has happened otherwise.
    func trySend(_ append: (inout CurlOutput) -> Void) -> Bool {
        state.withLock(\.session)?.tryWrite(append) == .available
    }

    /// Appends to what is sent, if there is a session now.
    func sendIfConnected(_ append: (inout CurlOutput) -> Void) { _ = state.withLock(\.session)?.write(append) }

    private func currentSession(for subject: String?, by deadline: ContinuousClock.Instant) async throws -> NATSSession
    {
        let session = try state.withLock { state -> NATSSession? in
            if state.isClosed { throw MicroError.brokerClosed(description) }
            if !state.denied.isEmpty, let subject, let error = state.denied[subject] { throw error }
            return state.session
        }
        if let session { return session }
        return try await connected(by: deadline)
    }

    private func waitForRoom(_ session: NATSSession, by deadline: ContinuousClock.Instant) async throws {
        let late = MicroError(
            .deadlineExceeded, "\(session.server) takes nothing more", origin: MicroError.Origin.broker)
        try await withDeadline(deadline, orThrow: late) { await session.waitForRoom() }
    }

    /// The present session, once there is one.
    ///
    /// - Throws: ``MicroCore/MicroError``: why there is none by the deadline, or at once when credentials are refused;
    ///   `CancellationError`.
    func connected(by deadline: ContinuousClock.Instant) async throws -> NATSSession {
        try Task.checkCancellation()
        let late = late
        let id = state.withLock { $0.makeID() }
        let timer = DeadlineQueue.shared.schedule(at: deadline) { self.failWaiter(id) }
        defer { DeadlineQueue.shared.cancel(timer) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<NATSSession, any Error>? in
                    if state.isClosed { return .failure(MicroError.brokerClosed(description)) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let session = state.session { return .success(session) }
                    if let problem = state.problem, problem.isAuthorizationError { return .failure(problem) }
                    if deadline <= .now { return .failure(state.problem ?? late) }
                    state.waiters[id] = continuation
                    if state.runner == nil { state.runner = Task { await self.run() } }
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }

    private func failWaiter(_ id: UInt64) {
        let (waiter, problem) = state.withLock { ($0.waiters.removeValue(forKey: id), $0.problem) }
        waiter?.resume(throwing: problem ?? late)
    }

    private var late: MicroError {
        MicroError(
            .unavailable, "cannot reach \(description) in time", origin: MicroError.Origin.broker, isSafeToRetry: true)
    }

    // MARK: Interests

    var subscriptions: [UInt64: NATSSubscription] { state.withLock(\.subscriptions) }

    /// Adds an interest, which is told to the server as soon as there is one.
    func subscribe(
        _ subject: String, queue: String? = nil, receive: @escaping @Sendable ([NATSMessage]) -> Void
    ) throws -> NATSSubscription {
        try state.withLock { state in
            if state.isClosed { throw MicroError.brokerClosed(description) }
            let subscription = NATSSubscription(id: state.makeID(), subject: subject, queue: queue, receive: receive)
            state.subscriptions[subscription.id] = subscription
            // Under the lock: a session that begins now has it from the table.
            _ = state.session?.write { $0.appendSubscribe(to: subject, queue: queue, as: subscription.id) }
            return subscription
        }
    }

    func unsubscribe(_ subscription: NATSSubscription) {
        state.withLock { state in
            guard state.subscriptions.removeValue(forKey: subscription.id) != nil else { return }
            _ = state.session?.write { $0.appendUnsubscribe(subscription.id) }
        }
    }

    /// Returns once the server has everything that was sent before, whichever session that was: after a loss the new one
    /// has all interests too.
    ///
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func confirm(by deadline: ContinuousClock.Instant) async throws {
        while true {
            let session = try await connected(by: deadline)
            do { return try await session.ping(by: deadline) } catch let error as MicroError
                where error.code != .deadlineExceeded && deadline > .now
            {
                // The session is lost; its successor is looked for already.
                await Task.yield()
            }
        }
    }

    /// Returns once it is known that the server allows to publish to a subject. It tells only after the fact, and only who
    /// has logged in may have rights of his own: the first publication to a subject is confirmed.
    ///
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func confirm(publicationTo subject: String, by deadline: ContinuousClock.Instant) async throws {
        guard state.withLock({ $0.hasLogin && !$0.allowed.contains(subject) }) else { return }
        try await confirm(by: deadline)
        try state.withLock { state in
            if let error = state.denied[subject] { throw error }
            if state.allowed.count >= Self.maxAllowedSubjects { state.allowed = [] }
            state.allowed.insert(subject)
        }
    }

    /// Why the server refuses to let subscribe to a subject; nil if it does not, as far as it has said.
    func denial(ofSubscriptionTo subject: String) -> MicroError? {
        state.withLock { $0.deniedSubscriptions[subject] }
    }

    // MARK: What sessions tell

    func updateServers(_ info: NATSInfo, from address: NATSAddress, isTrusted: Bool) {
        // Clients over WebSocket are told the addresses for these in place of the others.
        let discovered = (address.scheme.isWebSocket ? info.webSocketServers ?? info.servers : info.servers) ?? []
        state.withLock { state in
            state.servers.updateServers(
                discovered.compactMap { NATSAddress(discovered: $0, from: address, isTrusted: isTrusted) })
            if let size = info.maxPayload { state.maxPayload = min(max(size, 0), NATSParser.maxPayload) }
        }
    }

    func record(denied subject: String, isPublication: Bool, _ error: MicroError) {
        logger.warning("NATS refuses a subject", metadata: ["subject": "\(subject)", "error": "\(error)"])
        state.withLock { state in
            if isPublication, state.denied.count < Self.maxDeniedSubjects { state.denied[subject] = error }
            if !isPublication, state.deniedSubscriptions.count < Self.maxDeniedSubjects {
                state.deniedSubscriptions[subject] = error
            }
        }
        if isPublication { denialHandler.withLock(\.self)?(subject, error) }
    }

    // MARK: Running

    /// Keeps a session until the link is closed.
    private func run() async {
        var failures = 0
        while !Task.isCancelled {
            let address = state.withLock { $0.servers.next() }
            do {
                let session = try await NATSSession.open(
                    address, configuration: configuration, login: login, delegate: self)
                let began = ContinuousClock.now
                begin(session)
                let problem = await serve(session)
                end(session, problem)
                await session.close()
                // One that breaks again and again is as bad as none.
                failures =
                    ContinuousClock.now - began < Self.minSessionDuration ? min(failures + 1, Self.maxShortSessions) : 0
                if failures > 1 { await pause(after: failures - 2, problem) }
            } catch let error as MicroError {
                record(error)
                failures += 1
                // All servers are tried one after the other before there is a pause.
                let count = state.withLock(\.servers.count)
                if failures % count == 0 || error.isAuthorizationError {
                    await pause(after: failures / count - 1, error)
                }
            } catch {
                return
            }
        }
    }

    /// A session that ends earlier was not worth much.
    private static let minSessionDuration = Duration.seconds(2)
    /// Beyond so many in a row the pauses become no longer: the server does answer.
    private static let maxShortSessions = 5

    private func pause(after failures: Int, _ error: MicroError) async {
        try? await Task.sleep(for: Backoff.afterFailure(error, attempt: failures))
    }

    private func begin(_ session: NATSSession) {
        let waiters = state.withLock { state in
            let subscriptions = state.subscriptions.values
            _ = session.write { output in
                for each in subscriptions { output.appendSubscribe(to: each.subject, queue: each.queue, as: each.id) }
            }
            (state.session, state.problem) = (session, nil)
            (state.denied, state.deniedSubscriptions, state.allowed) = ([:], [:], [])
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        logger.debug("connected", metadata: ["server": "\(session.server)"])
        for observer in sessionObservers.withLock(\.values) { observer(session) }
        for waiter in waiters { waiter.resume(returning: session) }
    }

    /// Watches over a session; returns why it is over.
    private func serve(_ session: NATSSession) async -> MicroError {
        while true {
            // Counted from the last sign: from now it would be up to twice as long before a dead connection is tested.
            switch await session.waitForEnd(until: session.lastActivity + configuration.pingInterval) {
            case .connectionError(let error): return error
            case .lameDuckMode:
                await drain(session)
                return MicroError(
                    .unavailable, "\(session.server) is going out of service", origin: MicroError.Origin.broker)
            case nil:
                if Task.isCancelled { return MicroError.brokerClosed(description) }
                let began = ContinuousClock.now
                // What comes is as good as an answer, which may have to wait behind it.
                guard began - session.lastActivity >= configuration.pingInterval else { continue }
                do { try await session.ping(by: .now + configuration.timeout) } catch let error as MicroError {
                    if error.code != .deadlineExceeded || session.lastActivity < began { return error }
                } catch {
                    return MicroError.brokerClosed(description)
                }
            }
        }
    }

    /// Takes everything from a server that is going out of service: what it has sent comes before its last answer.
    private func drain(_ session: NATSSession) async {
        let subscriptions = state.withLock { state in
            state.session = nil
            return state.subscriptions.values
        }
        _ = session.write { output in for each in subscriptions { output.appendUnsubscribe(each.id) } }
        try? await session.ping(by: .now + configuration.connectTimeout)
    }

    private func end(_ session: NATSSession, _ problem: MicroError) {
        session.fail(problem)
        record(problem)
        for observer in sessionObservers.withLock(\.values) { observer(nil) }
    }

    /// Takes why there is no session; who waits is told only what cannot become better by waiting.
    private func record(_ problem: MicroError) {
        var problem = problem
        // Nothing was sent by who still waits for a session.
        problem.isSafeToRetry = true
        let (isNew, waiters) = state.withLock { state in
            let isNew = state.problem?.code != problem.code
            (state.session, state.problem) = (nil, problem)
            guard problem.isAuthorizationError else { return (isNew, [CheckedContinuation<NATSSession, any Error>]()) }
            defer { state.waiters = [:] }
            return (isNew, Array(state.waiters.values))
        }
        if isNew, problem.code != .closed { logger.warning("NATS is away", metadata: ["error": "\(problem)"]) }
        for waiter in waiters { waiter.resume(throwing: problem) }
    }

    // MARK: The end

    /// Returns when the server has what was sent, and what it has sent until then has come; or when there is no server.
    func flush(by deadline: ContinuousClock.Instant) async {
        // Who has lost the server, or the time, has nothing to wait for.
        try? await state.withLock(\.session)?.ping(by: deadline)
    }

    /// Sends what was written, ends the session, and waits for everything.
    func close(by deadline: ContinuousClock.Instant) async {
        await flush(by: deadline)
        await stop()?.value
    }

    /// Ends everything, and does not wait.
    ///
    /// - Returns: What still runs.
    @discardableResult
    func stop() -> Task<Void, Never>? {
        let (waiters, runner) = state.withLock { state in
            state.isClosed = true
            defer { (state.waiters, state.subscriptions) = ([:], [:]) }
            return (state.waiters.values, state.runner)
        }
        for waiter in waiters { waiter.resume(throwing: MicroError.brokerClosed(description)) }
        runner?.cancel()
        return runner
    }
}

extension MicroError {
    /// Whether waiting does not help: somebody has to change something.
    fileprivate var isAuthorizationError: Bool { code == .unauthenticated || code == .permissionDenied }
}
