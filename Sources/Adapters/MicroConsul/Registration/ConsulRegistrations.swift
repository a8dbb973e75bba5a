// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Synchronization

/// The registrations of this client and their agents, so that a heartbeat is one cheap request.
final class ConsulRegistrations: Sendable {
    private struct Entry {
        var registration: AgentServiceRegistration
        /// The agents that received it, the current one last.
        var agents: [BackendServer]
        /// The time at which the latest registration or heartbeat was sent.
        var renewedAt: ContinuousClock.Instant
        /// The time to live; nil for none.
        var timeToLive: Duration?
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// The agent that should have exactly this registration, with a check that can be passed; nil if none has.
    func agent(toRefresh registration: AgentServiceRegistration) -> BackendServer? {
        guard registration.check != nil else { return nil }
        return entries.withLock { entries in
            guard let entry = entries[registration.id], entry.registration == registration else { return nil }
            return entry.agents.last
        }
    }

    /// The name of the service that an instance was last registered for; nil if it is not registered.
    func name(of id: String) -> String? { entries.withLock { $0[id]?.registration.name } }

    /// The agents that received a registration, the current one last.
    func agents(of id: String) -> [BackendServer] { entries.withLock { $0[id]?.agents ?? [] } }

    /// Records that an agent received a registration or a heartbeat.
    ///
    /// - Parameter existed: Whether the agent had the instance before, and its check was not critical. Nil if its check was
    ///   passed: Consul keeps an instance that has expired for at least a minute, and does not report that it had
    ///   expired.
    /// - Returns: Whether the instance is new, had expired, or was lost by its agent. An instance that moved to another
    ///   agent was not lost.
    func update(
        _ registration: AgentServiceRegistration, timeToLive: Duration?, renewedAt: ContinuousClock.Instant,
        at agent: BackendServer, existed: Bool?
    ) -> Bool {
        entries.withLock { entries in
            let before = entries[registration.id]
            let others = before?.agents.filter { $0 != agent } ?? []
            entries[registration.id] = Entry(
                registration: registration, agents: others + [agent], renewedAt: renewedAt, timeToLive: timeToLive)
            if let before, let timeToLive = before.timeToLive, renewedAt - before.renewedAt > timeToLive { return true }
            let hasMoved = before.map { $0.agents.last != agent } ?? false
            return !hasMoved && existed == false
        }
    }

    func remove(_ id: String) { entries.withLock { $0[id] = nil } }
}
