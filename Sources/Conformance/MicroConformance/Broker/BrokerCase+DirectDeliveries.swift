// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let directDeliveries = [
        BrokerCase(
            "B44", .capability,
            "A subscriber that refuses is a failure if nobody else got it, and a dead one holds up nobody",
            rationale: "go-micro's HTTP broker takes any answer for a success, and waits for the dead.",
            needs: ["directDelivery"], hooks: [.badSubscribers]
        ) { context in
            guard let bad = context.harness.badSubscribers else { throw CaseNotRunnable("hook: badSubscribers") }
            for (what, topic) in [("refuses", context.topic("refusing")), ("is dead", context.topic("dead"))] {
                if what == "refuses" {
                    try await bad.addFailing(to: topic)
                } else {
                    try await bad.addUnreachable(to: topic)
                }
                try await context.eventually("publishing fails where the only subscriber \(what)") {
                    let started = ContinuousClock.now
                    do { try await context.a.publish(BrokerMessage(), to: topic) } catch is MicroError {
                        let took = ContinuousClock.now - started
                        try context.expect(took < context.bounds.operationTimeout, "it ends in time, not after \(took)")
                        return true
                    }
                    return false
                }
                let recorder = try await context.record(topic: topic)
                try await context.eventuallyDelivers(from: context.a, to: recorder, on: topic)
                try await context.publish(texts(0..<20), to: topic)
                try await context.eventually("the living one gets everything beside one that \(what)") {
                    recorder.texts.withoutProbes.sorted() == texts(0..<20).sorted()
                }
            }
        }
    ]
}
