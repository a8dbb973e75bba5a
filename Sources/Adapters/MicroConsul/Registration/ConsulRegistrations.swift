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

    /// Records that an agent received a registration.
    ///
    /// - Returns: Whether it is new, or was lost by the agent that had it. One that moved to another agent was not lost.
    func update(_ registration: AgentServiceRegistration, at agent: BackendServer) -> Bool {
        entries.withLock { entries in
            let before = entries[registration.id]
            let others = before?.agents.filter { $0 != agent } ?? []
            entries[registration.id] = Entry(registration: registration, agents: others + [agent])
            // It was sent again without a change: the agent had lost its check.
            let wasLost = before?.registration == registration && registration.check != nil
            return before == nil || (wasLost && before?.agents.last == agent)
        }
    }

    func remove(_ id: String) { entries.withLock { $0[id] = nil } }
}
