// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let stress = [
        BrokerCase(
            "B38", .stress, "Each of many subscribers gets every one of many messages.",
            rationale: "Some of many subscriptions miss messages without notice."
        ) { context in
            let clients = [
                context.publisher, context.subscriber, try await context.makeClient(), try await context.makeClient(),
            ]
            var recorders: [DeliveryRecorder] = []
            for number in 0..<context.bounds.load.subscriptions {
                recorders.append(try await context.record(clients[number % clients.count]))
            }
            let texts = context.texts(0..<context.bounds.load.messages)
            try await context.publish(texts)
            for recorder in recorders {
                try await context.eventually(recorder, gets: texts, within: context.bounds.timeouts.recovery * 2)
            }
        },
        BrokerCase(
            "B45", .stress, "Thousands of short subscriptions leave no subscriptions or connections at the backend.",
            rationale: "Ended subscriptions accumulate at the server or in the client."
        ) { context in
            let before = try await context.harness.resourceCounts()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        let client = worker % 2 == 0 ? context.publisher : context.subscriber
                        for number in 0..<context.bounds.load.subscriptions * 10 / 8 {
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
