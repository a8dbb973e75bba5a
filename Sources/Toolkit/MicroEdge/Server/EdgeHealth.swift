// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Synchronization

/// A condition for the readiness of a server.
public struct ReadinessCheck: Sendable {
    /// The name, which the response of `/readyz` shows.
    public var name: String
    /// Returns nil if the condition holds, otherwise the reason in one line.
    public var check: @Sendable () async -> String?

    /// Creates a check.
    public init(_ name: String, check: @escaping @Sendable () async -> String?) {
        self.name = name
        self.check = check
    }
}

/// The state behind `/healthz` and `/readyz`.
final class EdgeHealth: Sendable {
    private let checks: [ReadinessCheck]
    private let draining = Atomic(false)

    init(checks: [ReadinessCheck]) { self.checks = checks }

    /// From now on the server is not ready: load balancers stop sending requests.
    func beginDrain() { draining.store(true, ordering: .relaxed) }

    /// The reasons for which the server is not ready; empty if it is.
    func problems() async -> [String] {
        if draining.load(ordering: .relaxed) { return ["server: draining"] }
        var problems: [String] = []
        for check in checks {
            if let reason = await check.check() { problems.append("\(check.name): \(reason)") }
        }
        return problems
    }
}
