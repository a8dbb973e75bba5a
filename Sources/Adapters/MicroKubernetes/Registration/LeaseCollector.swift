// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import Synchronization

/// Deletes Leases that expired long ago, left by processes that ended without deregistering.
///
/// At most once a minute, a client deletes the expired Leases of one service that it registers; once an hour, those of
/// all services. This runs in a separate task and delays no heartbeat. A Lease is deleted only if its version is still
/// the one that was read, so that a concurrent renewal keeps it.
final class LeaseCollector: Sendable {
    /// When Leases are deleted.
    struct Policy: Sendable {
        /// How often a client collects.
        var interval = Duration.seconds(60)
        /// The minimum time since a Lease has expired.
        var minAge = Duration.seconds(600)
        /// The minimum time since a Lease has expired, in multiples of its duration.
        var minDurations = 10
        /// One in this number of collections covers all services; the others cover a single service.
        var roundsPerFullCollection = 60
    }

    private struct State {
        var next: ContinuousClock.Instant
        var round: Int
        /// The current collection, or the latest one.
        var task: Task<Void, Never>?
        var isCollecting = false
        var isClosed = false
    }

    private let api: KubernetesAPI
    private let names: KubernetesNames
    private let versions: KubernetesVersions
    private let logger: Logger
    private let policy: Policy
    private let state: Mutex<State>

    init(api: KubernetesAPI, names: KubernetesNames, versions: KubernetesVersions, logger: Logger) {
        self.api = api
        self.names = names
        self.versions = versions
        self.logger = logger
        policy = api.configuration.collection
        // Randomised, so that clients that start at the same time do not collect at the same time.
        state = Mutex(
            State(
                next: .now + policy.interval * Double.random(in: 0...1),
                round: Int.random(in: 0..<max(1, policy.roundsPerFullCollection))))
    }

    /// Starts a collection if one is due and none is in progress, and does not wait for it.
    func collect(_ service: String) {
        state.withLock { state in
            guard !state.isClosed, !state.isCollecting, state.next <= .now else { return }
            state.isCollecting = true
            state.next = .now + policy.interval
            state.round = (state.round + 1) % max(1, policy.roundsPerFullCollection)
            let scope = state.round == 0 ? nil : Set([service])
            state.task = Task {
                await collect(scope)
                self.state.withLock { $0.isCollecting = false }
            }
        }
    }

    /// Cancels the collection, and waits until it has ended.
    func close() async {
        let task = state.withLock { state in
            state.isClosed = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    /// Collects the Leases of some services, or of all (nil). A failure is logged; the next collection tries again.
    private func collect(_ scope: Set<String>?) async {
        let deadline = api.deadline
        do {
            let snapshot = try await api.list(names.selector(scope), from: versions.begin().source, by: deadline)
            for lease in snapshot.objects where isLeftOver(lease) { try await delete(lease, by: deadline) }
        } catch {
            logger.debug("collection of expired records failed", metadata: ["cause": "\(error)"])
        }
    }

    private func isLeftOver(_ lease: Lease) -> Bool {
        guard case .at(let end)? = lease.expiry, let duration = lease.duration, let now = api.clock.time() else {
            return false
        }
        return now.duration(since: end) > max(policy.minAge, duration * policy.minDurations)
    }

    private func delete(_ lease: Lease, by deadline: ContinuousClock.Instant) async throws {
        let name = lease.metadata.name ?? ""
        do {
            try await api.delete(name, ifUnchanged: lease.metadata, by: deadline)
            logger.info("expired record deleted", metadata: ["lease": "\(name)"])
        } catch let error as MicroError where error.kubernetesStatus?.code == 409 {
            // The Lease was renewed in the meantime.
        }
    }
}
