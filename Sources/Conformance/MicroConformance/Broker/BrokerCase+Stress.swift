// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let stress = [
        BrokerCase(
            "B38", .stress, "Many subscribers get many messages each, to the last",
            rationale: "Some of many are forgotten, and nobody counts."
        ) { context in
            let clients = [context.a, context.b, try await context.makeClient(), try await context.makeClient()]
            var recorders: [DeliveryRecorder] = []
            for number in 0..<context.bounds.subscriptions {
                recorders.append(try await context.record(clients[number % clients.count]))
            }
            let count = context.bounds.messages
            try await context.publish(texts(0..<count))
            for recorder in recorders {
                try await context.eventually(
                    recorder, gets: texts(0..<count), within: context.bounds.recoveryTimeout * 2)
            }
        },
        BrokerCase(
            "B45", .stress, "Thousands of subscriptions come and go and leave nothing behind",
            rationale: "Subscriptions pile up at the server, or in the client."
        ) { context in
            let before = try await context.harness.resourceCounts()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        let client = worker % 2 == 0 ? context.a : context.b
                        for number in 0..<context.bounds.subscriptions * 10 / 8 {
                            let topic = context.topic("t\(number % 10)")
                            try await client.withSubscription(to: topic) { _ in }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await context.eventuallyUsesNoMoreResources(than: before)
            let recorder = try await context.record()
            try await context.publish(["after"])
            try await context.eventually(recorder, gets: ["after"])
        },
    ]
}
