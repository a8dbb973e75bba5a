// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The ejected nodes of a service, which have failed recently. The owner synchronizes access.
///
/// An ejected node gets no calls for a period that grows with each failure. Then one call probes it, and a success ends
/// the ejection.
struct OutlierEjection: Sendable {
    private struct EjectedNode {
        var failures: Int
        var ejectedUntil: ContinuousClock.Instant
        var isProbing = false
    }

    /// The number of consecutive timeouts before a node is ejected. A single timeout may be due to a short deadline or
    /// a slow endpoint.
    private static let maxTimeouts = 2
    private static let backoff = Backoff(base: .milliseconds(500), maxDelay: .seconds(30))
    private static let maxFailures = 30
    private var nodes: [String: EjectedNode] = [:]
    /// The number of consecutive timeouts of nodes that are not ejected, by node ID.
    private var timeouts: [String: Int] = [:]

    /// Whether every node has responded to its last call.
    var isEmpty: Bool { nodes.isEmpty && timeouts.isEmpty }

    /// Whether a node must not be selected now. False for a node that is due for a probe.
    func isEjected(_ id: String, at now: ContinuousClock.Instant) -> Bool {
        guard let ejected = nodes[id] else { return false }
        return ejected.ejectedUntil > now
    }

    /// Records that a node was selected. If that call is a probe of an ejected node, other calls avoid the node until the
    /// result is known.
    mutating func recordSelection(of id: String, at now: ContinuousClock.Instant) {
        guard let ejected = nodes[id], ejected.ejectedUntil <= now else { return }
        nodes[id]?.ejectedUntil = now + Self.backoff.delay(attempt: ejected.failures)
        nodes[id]?.isProbing = true
    }

    /// Ejects a node, for longer than after its previous failure.
    mutating func recordFailure(of id: String, at now: ContinuousClock.Instant) {
        timeouts[id] = nil
        let failures = min(nodes[id]?.failures ?? 0, Self.maxFailures)
        nodes[id] = EjectedNode(failures: failures + 1, ejectedUntil: now + Self.backoff.delay(attempt: failures))
    }

    /// Ejects a node that has timed out repeatedly, or whose probe timed out.
    mutating func recordTimeout(of id: String, at now: ContinuousClock.Instant) {
        if let ejected = nodes[id] {
            // Calls that started before the ejection are not new evidence.
            if ejected.isProbing { recordFailure(of: id, at: now) }
        } else {
            timeouts[id, default: 0] += 1
            if timeouts[id, default: 0] >= Self.maxTimeouts { recordFailure(of: id, at: now) }
        }
    }

    /// Ends the ejection of a node.
    mutating func recordSuccess(of id: String) {
        nodes[id] = nil
        timeouts[id] = nil
    }

    /// Removes nodes that have left the registry, which bounds the number of ejected nodes.
    mutating func retainNodes(_ records: [ServiceRecord]) {
        guard !isEmpty else { return }
        let ids = Set(records.lazy.flatMap(\.nodes).map(\.id))
        nodes = nodes.filter { ids.contains($0.key) }
        timeouts = timeouts.filter { ids.contains($0.key) }
    }
}
