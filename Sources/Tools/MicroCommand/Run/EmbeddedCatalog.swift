// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Synchronization

/// The services of an ``EmbeddedRegistry``, as Consul's agent stores them.
final class EmbeddedCatalog: Sendable {
    /// The body of `PUT /v1/agent/service/register`, without what is not used.
    struct Registration: Decodable, Sendable {
        struct Check: Decodable, Sendable {
            let ttl: String?
            let notes: String?

            private enum CodingKeys: String, CodingKey {
                case ttl = "TTL"
                case notes = "Notes"
            }
        }

        let id: String
        let name: String
        let tags: [String]?
        let address: String?
        let port: Int?
        let check: Check?

        private enum CodingKeys: String, CodingKey {
            case id = "ID"
            case name = "Name"
            case tags = "Tags"
            case address = "Address"
            case port = "Port"
            case check = "Check"
        }
    }

    private struct Instance {
        let registration: Registration
        let timeToLive: Duration?
        var expiry: ContinuousClock.Instant?
        let index: Int

        /// The instance in Consul's JSON.
        var service: [String: Any] {
            [
                "ID": registration.id, "Service": registration.name, "Tags": registration.tags ?? [],
                "Address": registration.address ?? "", "Port": registration.port ?? 0, "ModifyIndex": index,
            ]
        }

        /// The check of the instance, in Consul's JSON; nil if it has none.
        var passingCheck: [String: Any]? {
            guard let check = registration.check else { return nil }
            return [
                "Node": "local", "CheckID": "service:\(registration.id)", "Status": "passing",
                "Notes": check.notes ?? "", "ServiceID": registration.id, "ServiceName": registration.name,
                "ModifyIndex": index,
            ]
        }
    }

    private struct State {
        var instances: [String: Instance] = [:]
        var index = 1

        mutating func removeExpired(_ now: ContinuousClock.Instant) {
            let expired = instances.filter { $0.value.expiry.map { $0 <= now } ?? false }
            guard !expired.isEmpty else { return }
            for id in expired.keys { instances[id] = nil }
            index += 1
        }
    }

    /// The maximum number of instances: the registry is for development.
    private static let maxInstances = 10_000

    private let state = Mutex(State())

    /// Adds an instance, or replaces it.
    ///
    /// - Returns: Whether there was room.
    func register(_ registration: Registration) -> Bool {
        let timeToLive = registration.check?.ttl.flatMap { Duration(setting: $0) }
        return state.withLock { state in
            guard state.instances.count < Self.maxInstances else { return false }
            state.index += 1
            state.instances[registration.id] = Instance(
                registration: registration, timeToLive: timeToLive, expiry: timeToLive.map { .now + $0 },
                index: state.index)
            return true
        }
    }

    /// Passes the check of an instance.
    ///
    /// - Returns: Whether there is such an instance.
    func pass(_ id: String) -> Bool {
        state.withLock { state in
            state.removeExpired(.now)
            guard let timeToLive = state.instances[id]?.timeToLive else { return state.instances[id] != nil }
            state.instances[id]?.expiry = .now + timeToLive
            return true
        }
    }

    /// Removes an instance.
    func deregister(_ id: String) {
        state.withLock { state in if state.instances.removeValue(forKey: id) != nil { state.index += 1 } }
    }

    /// Waits until the index is above a value, at most until a deadline.
    ///
    /// - Returns: The index.
    func index(above index: Int, until deadline: ContinuousClock.Instant) async -> Int {
        while true {
            let current = state.withLock { state in
                state.removeExpired(.now)
                return state.index
            }
            guard current <= index, ContinuousClock.now < deadline, !Task.isCancelled else { return current }
            // Woken by cancellation.
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The body of `GET /v1/catalog/services`.
    var names: [String: [String]] {
        state.withLock { state in
            state.removeExpired(.now)
            return state.instances.values.reduce(into: [:]) { names, instance in
                names[instance.registration.name, default: []] += instance.registration.tags ?? []
            }
        }
    }

    /// The body of `GET /v1/agent/health/service/id/ID`; nil if there is no such instance.
    func health(of id: String) -> [String: Any]? {
        let instance = state.withLock { state in
            state.removeExpired(.now)
            return state.instances[id]
        }
        return instance.map { ["AggregatedStatus": "passing", "Service": $0.service] }
    }

    /// The body of `GET /v1/health/state/any`.
    var checks: [[String: Any]] {
        let instances = state.withLock { state in
            state.removeExpired(.now)
            return Array(state.instances.values)
        }
        return instances.compactMap(\.passingCheck)
    }

    /// The body of `GET /v1/health/service/NAME`.
    func entries(of name: String) -> [[String: Any]] {
        let instances = state.withLock { state in
            state.removeExpired(.now)
            return state.instances.values.filter { $0.registration.name == name }
        }
        return instances.map { instance in
            [
                "Node": ["Node": "local", "Address": "127.0.0.1"], "Service": instance.service,
                "Checks": [instance.passingCheck].compactMap(\.self),
            ]
        }
    }
}
