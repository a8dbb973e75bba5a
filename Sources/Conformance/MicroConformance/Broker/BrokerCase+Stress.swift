// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let stress = [
        BrokerCase(
            "B38", .stress, "Many subscribers get many messages each, to the last",
            motive: "Some of many are forgotten, and nobody counts."
        ) { trial in
            let clients = [trial.a, trial.b, try await trial.makeClient(), try await trial.makeClient()]
            var recorders: [DeliveryRecorder] = []
            for number in 0..<trial.bounds.subscriptions {
                recorders.append(try await trial.record(clients[number % clients.count]))
            }
            let count = trial.bounds.messages
            try await trial.publish(texts(0..<count))
            for recorder in recorders {
                try await trial.eventually(recorder, gets: texts(0..<count), within: trial.bounds.heal * 2)
            }
        },
        BrokerCase(
            "B45", .stress, "Thousands of subscriptions come and go and leave nothing behind",
            motive: "Subscriptions pile up at the server, or in the client."
        ) { trial in
            let before = try await trial.harness.census()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        let client = worker % 2 == 0 ? trial.a : trial.b
                        for number in 0..<trial.bounds.subscriptions * 10 / 8 {
                            let topic = trial.topic("t\(number % 10)")
                            try await client.withSubscription(to: topic) { _ in }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await trial.eventuallyHoldsNoMore(than: before)
            let recorder = try await trial.record()
            try await trial.publish(["after"])
            try await trial.eventually(recorder, gets: ["after"])
        },
    ]
}
