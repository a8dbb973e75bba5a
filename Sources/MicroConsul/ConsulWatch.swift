// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// Follows Consul by blocking queries
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/features/blocking)).
struct ConsulWatch: Sendable {
    /// A service without a check changes no check: when all are watched they are read again at least this often.
    private static let sweep = Duration.seconds(10)
    private static let backoff = Backoff(base: .milliseconds(100), limit: .seconds(5))
    /// Credentials do not come back by themselves.
    private static let refusedBackoff = Backoff(base: .seconds(10), limit: .seconds(60))

    /// No blocking query that waited for something ends so soon.
    private static let quick = Duration.milliseconds(100)

    let api: ConsulAPI
    let logger: Logger

    /// Publishes the states of a service, or of all (nil), until the task is cancelled.
    func run(_ name: String?, _ publish: (RegistryState) -> Void) async {
        var state = RegistryState(freshness: .unknown(cause: Self.unread))
        var index: UInt64?
        var failures = 0
        var standstills = 0
        while !Task.isCancelled {
            do {
                let started = ContinuousClock.now
                let answer = try await read(name, after: index)
                state = answer.value
                publish(state)
                failures = 0
                let isStandstill = answer.index <= index ?? 0 && ContinuousClock.now - started < Self.quick
                standstills = isStandstill ? standstills + 1 : 0
                // Something between here and Consul may answer at once every time: that must not become a hot loop.
                if isStandstill { try await Task.sleep(for: Self.backoff.delay(attempt: standstills)) }
                // Backwards means that Consul was restarted: what comes next is a new history.
                index = answer.index > 0 && answer.index >= index ?? 0 ? answer.index : nil
            } catch is CancellationError {
                return
            } catch {
                let cause = error as? MicroError ?? MicroError(.internal, "\(error)", origin: MicroError.Origin.registry)
                if cause.code == .closed { return }
                state = state.failing(with: cause)
                publish(state)
                // An index from before the failure may be ahead of a restarted Consul, and would wait for nothing.
                index = nil
                let isRefused = [.unauthenticated, .permissionDenied].contains(cause.code)
                let delay = (isRefused ? Self.refusedBackoff : Self.backoff).delay(attempt: failures)
                failures += 1
                logger.debug("cannot watch", metadata: ["service": "\(name ?? "*")", "cause": "\(cause)"])
                do { try await Task.sleep(for: delay) } catch { return }
            }
        }
    }

    private static let unread = MicroError(
        .unavailable, "nothing was read yet", origin: MicroError.Origin.registry)

    private func read(_ name: String?, after index: UInt64?) async throws -> ConsulAPI.Indexed<RegistryState> {
        guard let name else { return try await readAll(after: index) }
        let answer = try await api.health(of: name, after: index)
        let records = ConsulRecord.records(of: name, in: answer.value, logger: logger)
        return .init(value: RegistryState(records), index: answer.index)
    }

    private func readAll(after index: UInt64?) async throws -> ConsulAPI.Indexed<RegistryState> {
        // The index first: what changes while the services are read wakes the next query.
        let next = try await api.anyCheck(after: index, wait: min(Self.sweep, api.configuration.longestWait))
        var state = RegistryState()
        for name in try await api.serviceNames() {
            state[name] = ConsulRecord.records(of: name, in: try await api.health(of: name).value, logger: logger)
        }
        return .init(value: state, index: next)
    }
}
