// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A registry that measures the pauses between the heartbeats that it forwards.
///
/// If the process gets no CPU time for nearly a time to live, a heartbeat begins late and the node expires, although the
/// adapter works. The time that the adapter takes for a heartbeat is not part of a pause.
final class TimedHeartbeats: Registry {
    private struct Times {
        /// When the last heartbeat ended; nil while one is in progress.
        var lastEnd: ContinuousClock.Instant?
        var longestPause = Duration.zero
        var isStopped = false

        mutating func endPause() {
            guard !isStopped, let lastEnd else { return }
            longestPause = max(longestPause, .now - lastEnd)
        }
    }

    private let base: any Registry
    private let times = Mutex(Times())

    init(_ base: any Registry) { self.base = base }

    /// The longest time between the end of one heartbeat and the start of the next.
    var longestPause: Duration { times.withLock(\.longestPause) }

    /// Ends the measurement.
    func stop() {
        times.withLock { times in
            times.endPause()
            times.isStopped = true
        }
    }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        times.withLock { times in
            times.endPause()
            times.lastEnd = nil
        }
        defer { times.withLock { $0.lastEnd = .now } }
        return try await base.register(service, timeToLive: timeToLive)
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
