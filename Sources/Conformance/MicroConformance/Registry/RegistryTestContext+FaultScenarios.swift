// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryTestContext {
    /// Has a client go through a disturbance: whatever it does meanwhile ends in time, with the truth or with a typed
    /// error, and afterwards it knows the truth again by itself.
    ///
    /// - Parameter heal: How long that may take.
    func runScenario(_ scenario: FaultScenario, recoveryTimeout: Duration? = nil) async throws {
        // What has to work may be slow.
        let timeout = scenario.mustSucceed ? Duration.seconds(5) : .seconds(1)
        let client = try await makeClient {
            $0.addresses = [scenario.address]
            $0.timeout = timeout
        }
        let mine = record(node: "mine", port: 7)
        try await register(record())
        try await client.register(mine, timeToLive: .seconds(60))
        let recorder = record(try client.watch("svc"))
        let known = [record(), mine].flatMap(\.nodes).map(\.id)
        try await eventually("the watch sees both nodes", within: bounds.recoveryTimeout) {
            recorder.last?["svc"].flatMap(\.nodes).count == 2
        }

        scenario.begin()
        let (requests, started) = (scenario.requests(), ContinuousClock.now)
        var operations = 0
        var failures: [MicroError] = []
        let newer = record(node: "newer", port: 9)
        try await register(newer)
        repeat {
            for operation in [Operation.lookUp, .register] {
                operations += 1
                if let error = try await attempt(operation, by: client, expecting: known, mine: mine, within: timeout) {
                    failures.append(error)
                }
            }
            try expect(!recorder.hasEnded, "the watch goes on")
            try expect(
                recorder.states.allSatisfy { !$0["svc"].isEmpty || $0.isUnknown },
                "no state takes the fault for emptiness")
        } while ContinuousClock.now - started < .seconds(2) && operations < 40
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        let sent = scenario.requests() - requests
        // An operation may take two requests, and log in before.
        let allowed = operations * 3 + Int(Double(bounds.maxRequestsPerSecond) * max(seconds, 1))
        try expect(sent <= allowed, "\(allowed) requests at most in \(seconds) s, not \(sent)")
        try check(failures, against: scenario.effect, operations: operations)

        scenario.end()
        let truth = try await Self.sorted(b.lookUp("svc"))
        try await eventually(
            "a look-up equals that of another client", within: recoveryTimeout ?? bounds.recoveryTimeout
        ) {
            do { return try await Self.sorted(client.lookUp("svc")) == truth } catch is MicroError { return false }
        }
        try await eventually(recorder, sees: truth, within: recoveryTimeout ?? bounds.recoveryTimeout)
        try await eventually("connections are at most \(bounds.maxConnections)", within: bounds.recoveryTimeout) {
            scenario.openConnections() <= bounds.maxConnections
        }
        try await client.deregister(mine)
        try await a.deregister(newer)
        try await eventually(recorder, sees: [record()], within: bounds.recoveryTimeout)
    }

    private enum Operation { case lookUp, register }

    /// The error of an operation; nil if it works.
    private func attempt(
        _ operation: Operation, by client: any Registry, expecting known: [String], mine: ServiceRecord,
        within timeout: Duration
    ) async throws -> MicroError? {
        try await attempt("\(operation)", within: timeout) {
            switch operation {
            case .lookUp:
                let nodes = try await client.lookUp("svc").flatMap(\.nodes).map(\.id)
                let isComplete = known.allSatisfy(nodes.contains)
                try expect(isComplete, "a look-up gives what is there or fails, and not \(nodes)")
            case .register: try await client.register(mine, timeToLive: .seconds(60))
            }
        }
    }
}

extension RegistryState {
    fileprivate var isUnknown: Bool { if case .unknown = freshness { true } else { false } }
}
