// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The nodes of a service that failed lately, guarded by its owner. Each is left alone for a while, longer with every
/// failure; then one call tries it, and a success lets it back in.
struct OutlierEjection: Sendable {
    private struct EjectedNode {
        var failures: Int
        var ejectedUntil: ContinuousClock.Instant
    }

    private static let backoff = Backoff(base: .milliseconds(500), maxDelay: .seconds(30))
    private var nodes: [String: EjectedNode] = [:]

    var isEmpty: Bool { nodes.isEmpty }

    /// Whether a node is to be left alone. One whose time is over is tried by who asks, and left alone by the others
    /// meanwhile.
    mutating func contains(_ id: String, at now: ContinuousClock.Instant) -> Bool {
        guard let ejected = nodes[id] else { return false }
        guard ejected.ejectedUntil <= now else { return true }
        nodes[id]?.ejectedUntil = now + Self.backoff.delay(attempt: ejected.failures)
        return false
    }

    mutating func add(_ id: String, at now: ContinuousClock.Instant) {
        let failures = min(nodes[id]?.failures ?? 0, 30)
        nodes[id] = EjectedNode(failures: failures + 1, ejectedUntil: now + Self.backoff.delay(attempt: failures))
    }

    mutating func remove(_ id: String) { nodes[id] = nil }

    /// Forgets those that are gone, so that there are never more than nodes.
    mutating func retainNodes(_ present: [ServiceRecord]) {
        guard !nodes.isEmpty else { return }
        let ids = Set(present.lazy.flatMap(\.nodes).map(\.id))
        nodes = nodes.filter { ids.contains($0.key) }
    }
}
