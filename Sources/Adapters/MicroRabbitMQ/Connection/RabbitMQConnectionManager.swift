// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore
import Synchronization

/// Keeps one connection to one of the servers: connects on first use, and reconnects after a loss. Its users restore
/// their channels themselves.
final class RabbitMQConnectionManager: Sendable, CustomStringConvertible {
    private struct State {
        /// Runs the connection loop; nil until first use.
        var runner: Task<Void, Never>?
        /// The session to use; nil while there is none.
        var session: RabbitMQSession?
        /// Tasks that wait for a session.
        var waiters: [UInt64: Promise<RabbitMQSession>] = [:]
        var lastWaiterID: UInt64 = 0
        /// Why there is no session.
        var problem: MicroError?
        /// The address to try next.
        var addressIndex = 0
        /// Whether ``close(by:)`` was called: the end of the session is no outage.
        var isClosing = false
        var isClosed = false
    }

    /// A session that ends earlier counts as a failure.
    private static let minSessionDuration = Duration.seconds(2)

    let configuration: RabbitMQConfiguration
    let kind: BackendKind
    /// Such as `RabbitMQ at amqp://127.0.0.1:5672`, with all addresses.
    let description: String
    let logger: Logger
    private let outages: OutageLog
    private let addresses: [RabbitMQAddress]
    private let state = Mutex(State())

    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    init(_ configuration: RabbitMQConfiguration, role: BackendKind.Role, logger: Logger) throws {
        let kind = BackendKind.rabbitMQ(role)
        try configuration.checkLimits(for: kind)
        addresses = try configuration.parsedAddresses(for: kind)
        self.configuration = configuration
        self.kind = kind
        self.logger = logger
        outages = OutageLog(kind.name, logger: logger)
        description = "RabbitMQ at \(addresses.map(\.description).joined(separator: ", "))"
    }

    var closedError: MicroError { kind.closedError(description) }

    /// The present session; nil if there is none.
    var currentSession: RabbitMQSession? { state.withLock(\.session) }

    /// Waits for a session.
    ///
    /// - Throws: ``/MicroCore/MicroError``: why there is no session at the deadline, or at once if the credentials or the virtual
    ///   host are refused; `CancellationError`.
    func connected(by deadline: ContinuousClock.Instant) async throws -> RabbitMQSession {
        try Task.checkCancellation()
        let promise = Promise<RabbitMQSession>()
        let (session, id) = try state.withLock { state -> (RabbitMQSession?, UInt64) in
            if state.isClosed { throw closedError }
            if let session = state.session { return (session, 0) }
            if let problem = state.problem, problem.isPermanent { throw problem }
            state.lastWaiterID += 1
            state.waiters[state.lastWaiterID] = promise
            if state.runner == nil { state.runner = Task { await self.run() } }
            return (nil, state.lastWaiterID)
        }
        if let session { return session }
        defer { state.withLock { _ = $0.waiters.removeValue(forKey: id) } }
        return try await promise.value(until: deadline, orThrow: self.problem)
    }

    /// Why there is no session.
    var problem: MicroError {
        state.withLock(\.problem)
            ?? kind.error(.unavailable, "cannot reach \(description) before the deadline", isSafeToRetry: true)
    }

    // MARK: The connection loop

    private func run() async {
        var shortSessions = 0
        while let session = await openSession() {
            let start = ContinuousClock.now
            begin(session)
            let problem = await monitor(session)
            record(problem)
            await session.abort()
            guard !Task.isCancelled else { return }
            shortSessions = ContinuousClock.now - start < Self.minSessionDuration ? min(shortSessions + 1, 6) : 0
            if shortSessions > 1 { await pause(after: shortSessions - 2, problem) }
        }
    }

    /// Connects to the first server that responds; nil if the task is cancelled.
    private func openSession() async -> RabbitMQSession? {
        var failures = 0
        while !Task.isCancelled {
            let address = state.withLock { state in
                defer { state.addressIndex += 1 }
                return addresses[state.addressIndex % addresses.count]
            }
            do {
                return try await RabbitMQSession.open(address, kind: kind, configuration: configuration)
            } catch let error as MicroError {
                record(error)
                failures += 1
                // Each server is tried once before there is a pause, except after a refused login or virtual host.
                if failures.isMultiple(of: addresses.count) || error.isPermanent {
                    await pause(after: failures / addresses.count - 1, error)
                }
            } catch {
                return nil
            }
        }
        return nil
    }

    private func pause(after failures: Int, _ error: MicroError) async {
        // Ends early if the task is cancelled.
        try? await Task.sleep(for: Backoff.afterFailure(error, attempt: failures))
    }

    private func begin(_ session: RabbitMQSession) {
        let waiters = state.withLock { state in
            (state.session, state.problem) = (session, nil)
            // After a loss, the same server is tried first.
            state.addressIndex -= 1
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        if !outages.recover("\(session.server)") {
            logger.debug("connected to RabbitMQ", metadata: ["server": "\(session.server)"])
        }
        for waiter in waiters { waiter.resolve(with: .success(session)) }
    }

    /// Sends heartbeats until the session ends, and ends it if none arrive.
    ///
    /// - Returns: Why the session ended.
    private func monitor(_ session: RabbitMQSession) async -> MicroError {
        let heartbeat = Duration.seconds(Int64(session.state.withLock(\.tune.heartbeat)))
        while !Task.isCancelled {
            let interval = heartbeat > .zero ? heartbeat / 2 : .seconds(60)
            if let error = await session.waitForEnd(until: .now + interval) { return error }
            guard heartbeat > .zero, !Task.isCancelled else { continue }
            session.sendHeartbeat()
            if session.lastActivity + heartbeat * 2 < .now {
                return kind.error(.unavailable, "\(session.server) sent no heartbeats for \(heartbeat * 2)")
            }
        }
        return closedError
    }

    /// Records why there is no session. Tasks that wait for a session fail only if waiting does not help.
    private func record(_ problem: MicroError) {
        var problem = problem
        // A task that still waits for a session has sent nothing.
        problem.isSafeToRetry = true
        let (isClosing, waiters) = state.withLock { state in
            (state.session, state.problem) = (nil, problem)
            guard problem.isPermanent else { return (state.isClosing, [Promise<RabbitMQSession>]()) }
            defer { state.waiters = [:] }
            return (state.isClosing, Array(state.waiters.values))
        }
        if problem.code != .closed, !isClosing { outages.fail(problem) }
        for waiter in waiters { waiter.reject(with: problem) }
    }

    // MARK: The end

    /// Sends what was written, ends the session, and waits for the connection loop.
    func close(by deadline: ContinuousClock.Instant) async {
        let session = state.withLock { state in
            state.isClosing = true
            return state.session
        }
        await session?.close(by: deadline)
        await stop()?.value
    }

    /// Ends everything without waiting.
    ///
    /// - Returns: The connection loop, which still has to end.
    @discardableResult
    func stop() -> Task<Void, Never>? {
        let (waiters, runner) = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [:] }
            return (state.waiters.values, state.runner)
        }
        for waiter in waiters { waiter.reject(with: closedError) }
        runner?.cancel()
        return runner
    }
}

extension MicroError {
    /// Whether waiting for a session does not help: the configuration or the permissions have to be changed.
    var isPermanent: Bool { isAuthorizationError || code == .invalidArgument }
}
