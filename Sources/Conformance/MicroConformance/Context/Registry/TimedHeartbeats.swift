// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A registry that measures the time between the heartbeats that it forwards.
///
/// On a machine that stands still for longer than a time to live, heartbeats are late and a node expires, although the
/// adapter works.
final class TimedHeartbeats: Registry {
    private struct Times {
        /// When the last heartbeat began.
        var lastStart: ContinuousClock.Instant?
        var longestInterval = Duration.zero

        /// The time until now in which no heartbeat is known to have arrived.
        var currentInterval: Duration { lastStart.map { .now - $0 } ?? .zero }
    }

    private let base: any Registry
    private let times = Mutex(Times())

    init(_ base: any Registry) { self.base = base }

    /// The longest time from the start of one heartbeat to the end of the next.
    var longestInterval: Duration { times.withLock { max($0.longestInterval, $0.currentInterval) } }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        let start = ContinuousClock.now
        let outcome = try await base.register(service, timeToLive: timeToLive)
        times.withLock { times in
            times.longestInterval = max(times.longestInterval, times.currentInterval)
            times.lastStart = start
        }
        return outcome
    }

    var name: String { base.name }
    var capabilities: RegistryCapabilities { base.capabilities }
    var serverAddresses: [Address] { base.serverAddresses }
    var description: String { base.description }
    func deregister(_ service: ServiceRecord) async throws { try await base.deregister(service) }
    func lookUp(_ name: String) async throws -> [ServiceRecord] { try await base.lookUp(name) }
    func list() async throws -> [String] { try await base.list() }
    func watch(_ name: String?) throws -> RegistryWatch { try base.watch(name) }
    func close() async { await base.close() }
}
