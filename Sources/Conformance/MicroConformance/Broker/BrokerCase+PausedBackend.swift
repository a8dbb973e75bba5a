// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let pausedBackend = [
        BrokerCase(
            "B61", .fault,
            "A backend that halts without a word is an error in time where it has to answer, and no harm after",
            rationale: "A process under SIGSTOP, or a host that swaps, keeps its connections open.",
            actions: [.pause, .resume]
        ) { context in
            let recorder = try await context.record()
            let shortTimeoutClient = try await context.makeClient { $0.timeout = .seconds(1) }
            try await context.eventuallyDelivers(from: shortTimeoutClient, to: recorder)
            try await context.perform(.pause)
            var confirmed: [String] = []
            for number in 0..<3 {
                let error = try await context.attempt("publishing", within: .seconds(1)) {
                    try await context.publish(["during-\(number)"], by: shortTimeoutClient)
                }
                // At most once, it may be handed over to a connection that seems to be well.
                if error == nil { confirmed.append("during-\(number)") }
                if let error { try context.expect(outageCodes.contains(error.code), "an outage, and not \(error)") }
            }
            if context.claims.contains("atLeastOnce") {
                try context.expect(confirmed, is: [], "what a halted backend has confirmed")
            }
            try await context.expectError(.deadlineExceeded, .unavailable, from: "subscribing") {
                _ = try await shortTimeoutClient.subscribe(to: context.topic("other"))
            }
            try context.expect(!recorder.hasEnded, "the subscription goes on")
            try await context.perform(.resume)
            try await context.eventuallyDelivers(from: shortTimeoutClient, to: recorder)
            try await context.publish(texts(0..<20), by: shortTimeoutClient)
            try await context.eventually("everything comes") { Set(recorder.texts).isSuperset(of: texts(0..<20)) }
        }
    ]
}
