// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    /// What can go wrong with connections. The IDs go on where the other cases end.
    static let connections = [
        connection("B48", "refused connections", .refuse, dropping: true, .failure(outageCodes)),
        connection("B49", "a server that accepts and never answers", .silence, dropping: true, .failure(outageCodes)),
        connection("B50", "a slow line", .latency(.milliseconds(50), jitter: .milliseconds(30)), .none),
        connection("B51", "bytes that come one by one", .slice, .none),
        connection("B52", "connections that let nothing through", .blackHole, .either),
        connection("B53", "connections that the server half closes", .halfClose, .either),
        connection("B54", "connections that are reset", .reset, .either),
        connection(
            "B55", "connections that are cut off in the middle of a message",
            .cut(afterBytes: 700).towards(.both), .either),
        connection("B56", "connections that are closed late", .slowClose(.milliseconds(300)), .none),
        connection("B57", "connections that are reset again and again", .flap(every: .milliseconds(100)), .either),
        connection("B67", "a line of two kilobytes a second", .drip(bytesPerSecond: 2048), .either),
    ]

    private static func connection(
        _ id: String, _ what: String, _ fault: Fault, dropping: Bool = false, _ effect: Disturbance.Effect
    ) -> BrokerCase {
        BrokerCase(
            id, .fault, "With \(what) every operation ends in time, and messages flow again by themselves afterwards",
            motive: "Networks fail in more ways than a server that is gone.", hooks: [.entrance]
        ) { trial in
            let proxy = try await trial.makeProxy()
            let before = { proxy.traffic.connections }
            try await trial.survive(
                Disturbance(fault, by: proxy, dropping: dropping, effect), attempts: { before() })
        }
    }
}

extension BrokerTrial {
    /// Has a client go through a disturbance: what it publishes meanwhile is sent, or fails with a typed error and in
    /// time; and afterwards it publishes and gets everything again by itself.
    ///
    /// - Parameter attempts: How often the client has tried to connect so far.
    fileprivate func survive(_ disturbance: Disturbance, attempts: () -> Int) async throws {
        // What has to work may be slow.
        let timeout = disturbance.mustWork ? Duration.seconds(5) : .seconds(1)
        let client = try await makeClient {
            $0.addresses = [disturbance.address]
            $0.timeout = timeout
        }
        let (out, back) = (topic("out"), topic("back"))
        let theirs = try await record(b, topic: out, comingAgainSoon)
        let mine = try await record(client, topic: back, comingAgainSoon)
        try await eventuallyFlows(from: client, to: theirs, on: out)
        try await eventuallyFlows(from: a, to: mine, on: back)

        disturbance.begin()
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
        let allowed = sent.count + Int(Double(bounds.attemptsPerSecond) * max(seconds, 1))
        let made = attempts() - connections
        try expect(made <= allowed, "\(allowed) connections at most in \(seconds) s, not \(made)")
        // At most once, what goes into a dead connection is no failure as long as nobody knows that it is dead.
        try check(failures, against: disturbance.effect, operations: sent.count)

        disturbance.end()
        try await eventuallyFlows(from: client, to: theirs, on: out)
        try await eventuallyFlows(from: a, to: mine, on: back)
        let isWhole = claims.contains("atLeastOnce") || disturbance.mustWork
        if isWhole {
            try await eventually("everything that was confirmed has come", within: bounds.heal) {
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
        try await eventually("connections are at most \(bounds.connections)", within: bounds.heal) {
            disturbance.openConnections() <= bounds.connections
        }
    }
}
