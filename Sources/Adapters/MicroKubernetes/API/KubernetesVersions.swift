// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The latest object version that this client has seen: a list from the server's cache must be at least this recent.
///
/// Versions are opaque. A version that is not a number is ignored.
final class KubernetesVersions: Sendable {
    /// A read that has begun.
    struct Read: Sendable {
        /// Where it reads.
        let source: KubernetesAPI.Source
        fileprivate let epoch: Int
    }

    private struct State {
        var latest: UInt64?
        /// Incremented when the latest version is reset, because a read that began before must not record its version.
        var epoch = 0

        mutating func forget() {
            latest = nil
            epoch += 1
        }

        mutating func record(_ version: String) {
            guard let version = UInt64(version) else { return }
            // A smaller version comes from an overlapping request, or from a server that has lost its data.
            if let known = latest, version < known { forget() } else { latest = version }
        }
    }

    private let consistency: KubernetesConfiguration.Consistency
    private let state = Mutex(State())

    init(consistency: KubernetesConfiguration.Consistency) { self.consistency = consistency }

    /// Begins a read whose list contains this client's own writes.
    ///
    /// - Parameter source: Where to read; nil for the cheapest source.
    func begin(_ source: KubernetesAPI.Source? = nil) -> Read {
        state.withLock { state in
            if let source { return Read(source: source, epoch: state.epoch) }
            guard consistency == .readYourWrites, let version = state.latest else {
                return Read(source: .storage, epoch: state.epoch)
            }
            return Read(source: .cache(notOlderThan: "\(version)"), epoch: state.epoch)
        }
    }

    /// Records the version of a list.
    func record(_ version: String, _ read: Read) {
        state.withLock { state in
            if state.epoch == read.epoch { state.record(version) }
        }
    }

    /// Records the version of a write.
    func recordWrite(_ version: String) { state.withLock { $0.record(version) } }

    /// Makes the next list read from storage: after a deletion, whose response has no version, and after a failure, since the
    /// server may have lost its data and never reach the version.
    func forget() { state.withLock { $0.forget() } }
}
