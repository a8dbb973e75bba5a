// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    /// What can go wrong with connections. The IDs go on where the other cases end.
    static let connectionFaults = [
        connectionFault("B48", "refused connections", .refuse, dropping: true, .failure(outageCodes)),
        connectionFault(
            "B49", "a server that accepts and never answers", .unresponsive, dropping: true, .failure(outageCodes)),
        connectionFault("B50", "a slow line", .latency(.milliseconds(50), jitter: .milliseconds(30)), .none),
        connectionFault("B51", "bytes that come one by one", .slice, .none),
        connectionFault("B52", "connections that let nothing through", .blackHole, .either),
        connectionFault("B53", "connections that the server half closes", .halfClose, .either),
        connectionFault("B54", "connections that are reset", .reset, .either),
        connectionFault(
            "B55", "connections that are cut off in the middle of a message",
            .cut(afterBytes: 700).inDirection(.both), .either),
        connectionFault("B56", "connections that are closed late", .slowClose(.milliseconds(300)), .none),
        connectionFault("B57", "connections that are reset again and again", .flap(every: .milliseconds(100)), .either),
        connectionFault("B67", "a line of two kilobytes a second", .bandwidthLimit(bytesPerSecond: 2048), .either),
    ]

    private static func connectionFault(
        _ id: String, _ what: String, _ fault: Fault, dropping: Bool = false, _ effect: FaultScenario.Effect
    ) -> BrokerCase {
        BrokerCase(
            id, .fault, "With \(what) every operation ends in time, and messages flow again by themselves afterwards",
            rationale: "Networks fail in more ways than a server that is gone.", hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let before = { proxy.traffic.connections }
            try await context.runScenario(
                FaultScenario(fault, by: proxy, dropping: dropping, effect), attempts: { before() })
        }
    }
}

extension BrokerTestContext {
    /// Has a client go through a disturbance: what it publishes meanwhile is sent, or fails with a typed error and in
    /// time; and afterwards it publishes and gets everything again by itself.
    ///
    /// - Parameter attempts: How often the client has tried to connect so far.
    fileprivate func runScenario(_ scenario: FaultScenario, attempts: () -> Int) async throws {
        // What has to work may be slow.
        let timeout = scenario.mustSucceed ? Duration.seconds(5) : .seconds(1)
        let client = try await makeClient {
            $0.addresses = [scenario.address]
            $0.timeout = timeout
        }
        let (out, back) = (topic("out"), topic("back"))
        let theirs = try await record(b, topic: out, fastRedelivery)
        let mine = try await record(client, topic: back, fastRedelivery)
        try await eventuallyDelivers(from: client, to: theirs, on: out)
        try await eventuallyDelivers(from: a, to: mine, on: back)

        scenario.begin()
        let (connections, started) = (attempts(), ContinuousClock.now)
        var failures: [MicroError] = []
        var confirmed: Set<String> = []
        var sent: [String] = []
        repeat {
            let text = "during-\(sent.count)"
            sent.append(text)
            let error = try await attempt("publishing", within: timeout) {
                try await publish([text], to: out, by: client)
            }
            if let error { failures.append(error) } else { confirmed.insert(text) }
            try await publish([text], to: back)
            try expect(!mine.hasEnded, "the subscription goes on")
            // Not all before the fault has had its effect.
            try await Task.sleep(for: .milliseconds(20))
        } while ContinuousClock.now - started < .seconds(2) && sent.count < 40
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        // Each publication may try once by itself.
        let allowed = sent.count + Int(Double(bounds.maxAttemptsPerSecond) * max(seconds, 1))
        let made = attempts() - connections
        try expect(made <= allowed, "\(allowed) connections at most in \(seconds) s, not \(made)")
        // At most once, what goes into a dead connection is no failure as long as nobody knows that it is dead.
        try check(failures, against: scenario.effect, operations: sent.count)

        scenario.end()
        try await eventuallyDelivers(from: client, to: theirs, on: out)
        try await eventuallyDelivers(from: a, to: mine, on: back)
        let isComplete = claims.contains("atLeastOnce") || scenario.mustSucceed
        if isComplete {
            try await eventually("everything that was confirmed has come", within: bounds.recoveryTimeout) {
                confirmed.isSubset(of: theirs.texts) && Set(sent).isSubset(of: mine.texts)
            }
        }
        let after = (0..<20).map { "after-\($0)" }
        try await publish(after, to: out, by: client)
        try await publish(after, to: back)
        for recorder in [theirs, mine] {
            try await eventually("everything comes again") { Set(recorder.texts).isSuperset(of: after) }
            if claims.contains("atMostOnce") {
                let texts = recorder.texts.withoutProbes
                try expect(Set(texts).count, is: texts.count, "how many have come, each once")
            }
        }
        try await eventually("connections are at most \(bounds.maxConnections)", within: bounds.recoveryTimeout) {
            scenario.openConnections() <= bounds.maxConnections
        }
    }
}
