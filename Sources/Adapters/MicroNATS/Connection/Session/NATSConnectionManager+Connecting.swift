// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Logging
import MicroCore
import Synchronization

// The connection loop.
extension NATSConnectionManager {
    /// A session that ends earlier counts as a failure: see ``maxShortSessions``.
    private static let minSessionDuration = Duration.seconds(2)
    /// The number of consecutive short sessions after which pauses stop growing, because the server does respond.
    private static let maxShortSessions = 5

    /// The connection loop: opens a session and monitors it, and opens the next one after a loss, until the task is
    /// cancelled.
    func run() async {
        var shortSessions = 0
        while let session = await openSession() {
            let start = ContinuousClock.now
            begin(session)
            let problem = await monitor(session)
            end(session, problem)
            await session.close()
            guard !Task.isCancelled else { return }
            let isShort = ContinuousClock.now - start < Self.minSessionDuration
            shortSessions = isShort ? min(shortSessions + 1, Self.maxShortSessions) : 0
            if shortSessions > 1 { await pause(after: shortSessions - 2, problem) }
        }
    }

    /// Connects to the first server that responds; nil if the task is cancelled.
    ///
    /// Configured and announced servers are tried concurrently, because unresponsive announced addresses must not delay
    /// the configured ones.
    private func openSession() async -> NATSSession? {
        guard state.withLock(\.servers.hasDiscovered) else { return await openSession(.configured) }
        return await withTaskGroup(of: NATSSession?.self) { group in
            for source in [NATSServerList.Source.configured, .discovered] {
                group.addTask { await self.openSession(source) }
            }
            var first: NATSSession?
            for await case let session? in group {
                if first == nil {
                    first = session
                    group.cancelAll()
                } else {
                    await session.close()
                }
            }
            return first
        }
    }

    private func openSession(_ source: NATSServerList.Source) async -> NATSSession? {
        var failures = 0
        while !Task.isCancelled {
            let (address, count) = state.withLock { ($0.servers.next(source), $0.servers.count(source)) }
            guard let address else { return nil }
            do {
                return try await NATSSession.open(
                    address, kind: kind, configuration: configuration, login: login, delegate: self)
            } catch let error as MicroError {
                // Errors of discovered servers are not reported to callers as long as configured servers may respond.
                if source == .configured { record(error) }
                failures += 1
                // Pause after each server was tried once, or immediately if a server refused the credentials.
                if failures % count == 0 || error.isAuthorizationError {
                    await pause(after: failures / count - 1, error)
                }
            } catch {
                return nil
            }
        }
        return nil
    }

    private func pause(after failures: Int, _ error: MicroError) async {
        try? await Task.sleep(for: Backoff.afterFailure(error, attempt: failures))
    }

    private func begin(_ session: NATSSession) {
        let waiters = state.withLock { state in
            let subscriptions = state.subscriptions.values
            session.subscribe(subscriptions)
            (state.session, state.problem, state.permissions) = (session, nil, NATSPermissions())
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        if !outages.recover("\(session.server)") {
            logger.debug("connected to NATS", metadata: ["server": "\(session.server)"])
        }
        notifyObservers(.connected(session))
        for waiter in waiters { waiter.resolve(with: .success(session)) }
    }

    /// Waits for the end of a session, and tests the connection when it is idle.
    ///
    /// - Returns: Why the session ended.
    private func monitor(_ session: NATSSession) async -> MicroError {
        while true {
            // Counted from the last activity: counted from now, a dead connection would be detected up to one interval
            // later.
            switch await session.waitForEnd(until: session.lastActivity + configuration.pingInterval) {
            case .connectionError(let error): return error
            case .lameDuckMode:
                await drain(session)
                return kind.error(.unavailable, "\(session.server) is shutting down")
            case nil:
                if Task.isCancelled { return closedError }
                let start = ContinuousClock.now
                guard start - session.lastActivity >= configuration.pingInterval else { continue }
                do { try await session.ping(by: .now + configuration.timeout) } catch let error as MicroError {
                    // Any received bytes prove that the connection works: the pong may be queued behind them.
                    if error.code != .deadlineExceeded || session.lastActivity < start { return error }
                } catch {
                    return closedError
                }
            }
        }
    }

    /// Receives the messages that a server has already sent before it shuts down.
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
        notifyObservers(.disconnected)
    }

    /// Records why there is no session. Tasks that wait for a session fail only if retrying cannot succeed.
    private func record(_ problem: MicroError) {
        var problem = problem
        // A task that still waits for a session has sent nothing.
        problem.isSafeToRetry = true
        let waiters = state.withLock { state in
            (state.session, state.problem) = (nil, problem)
            guard problem.isAuthorizationError else { return [Promise<NATSSession>]() }
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        if problem.code != .closed { outages.fail(problem) }
        for waiter in waiters { waiter.reject(with: problem) }
    }
}

extension NATSConnectionManager: NATSSessionDelegate {
    func updateServers(_ info: ServerInfo, from address: NATSAddress, isTrusted: Bool) {
        // WebSocket clients use the WebSocket addresses, if the server announces them.
        let discovered =
            (address.scheme.isWebSocket ? info.webSocketConnectURLs ?? info.connectURLs : info.connectURLs) ?? []
        state.withLock { state in
            if !configuration.ignoresDiscoveredServers {
                state.servers.updateServers(
                    discovered.compactMap { NATSAddress(discovered: $0, from: address, isTrusted: isTrusted) })
            }
            if let size = info.maxPayload { state.maxPayload = min(max(size, 0), NATSParser.maxPayload) }
        }
    }

    func record(_ denial: NATSPermissionDenial, _ error: MicroError) {
        guard case .publication(let subject) = denial else {
            for subscription in subscriptions.values where denial.applies(to: subscription) {
                refused(subscription, error)
            }
            return
        }
        let isNew = state.withLock { state in
            defer { state.permissions.recordDenial(of: subject, error) }
            return state.permissions.denialCount(of: subject) == 0
        }
        if isNew {
            logger.warning("NATS denied a publication", metadata: ["subject": "\(subject)", "cause": "\(error)"])
        }
        notifyObservers(.publicationDenied(subject: subject, error))
    }
}
