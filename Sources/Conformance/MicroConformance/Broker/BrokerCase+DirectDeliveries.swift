// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let directDeliveries = [
        BrokerCase(
            "B44", .capability,
            "A subscriber that refuses is a failure if nobody else got it, and a dead one holds up nobody",
            motive: "go-micro's HTTP broker takes any answer for a success, and waits for the dead.",
            needs: ["directDelivery"], hooks: [.badSubscribers]
        ) { trial in
            guard let bad = trial.harness.badSubscribers else { throw CaseNotRunnable("hook: badSubscribers") }
            for (what, topic) in [("refuses", trial.topic("refusing")), ("is dead", trial.topic("dead"))] {
                if what == "refuses" { try await bad.addRefusing(to: topic) } else { try await bad.addDead(to: topic) }
                try await trial.eventually("publishing fails where the only subscriber \(what)") {
                    let started = ContinuousClock.now
                    do { try await trial.a.publish(Message(), to: topic) } catch is MicroError {
                        let took = ContinuousClock.now - started
                        try trial.expect(took < trial.bounds.operation, "it ends in time, not after \(took)")
                        return true
                    }
                    return false
                }
                let recorder = try await trial.record(topic: topic)
                try await trial.eventuallyFlows(from: trial.a, to: recorder, on: topic)
                try await trial.publish(texts(0..<20), to: topic)
                try await trial.eventually("the living one gets everything beside one that \(what)") {
                    recorder.texts.withoutProbes.sorted() == texts(0..<20).sorted()
                }
            }
        }
    ]
}
