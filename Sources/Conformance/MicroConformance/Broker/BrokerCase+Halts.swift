// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let halts = [
        BrokerCase(
            "B61", .fault,
            "A backend that halts without a word is an error in time where it has to answer, and no harm after",
            motive: "A process under SIGSTOP, or a host that swaps, keeps its connections open.",
            actions: [.pause, .resume]
        ) { trial in
            let recorder = try await trial.record()
            let hasty = try await trial.makeClient { $0.timeout = .seconds(1) }
            try await trial.eventuallyFlows(from: hasty, to: recorder)
            try await trial.perform(.pause)
            var confirmed: [String] = []
            for number in 0..<3 {
                let error = try await trial.attempt("publishing", within: .seconds(1)) {
                    try await trial.publish(["during-\(number)"], by: hasty)
                }
                // At most once, it may be handed over to a connection that seems to be well.
                if error == nil { confirmed.append("during-\(number)") }
                if let error { try trial.expect(outageCodes.contains(error.code), "an outage, and not \(error)") }
            }
            if trial.claims.contains("atLeastOnce") {
                try trial.expect(confirmed, is: [], "what a halted backend has confirmed")
            }
            try await trial.expectError(.deadlineExceeded, .unavailable, from: "subscribing") {
                _ = try await hasty.subscribe(to: trial.topic("other"))
            }
            try trial.expect(!recorder.hasEnded, "the subscription goes on")
            try await trial.perform(.resume)
            try await trial.eventuallyFlows(from: hasty, to: recorder)
            try await trial.publish(texts(0..<20), by: hasty)
            try await trial.eventually("everything comes") { Set(recorder.texts).isSuperset(of: texts(0..<20)) }
        }
    ]
}
