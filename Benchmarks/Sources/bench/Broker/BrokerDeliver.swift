// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro

/// Publishes from one client to a subscriber of another client until all messages have arrived, and prints the line of
/// ``MessageLoad``.
struct BrokerDeliver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures delivery from a publisher to a subscriber.")

    @OptionGroup var options: BrokerOptions
    @OptionGroup var load: MessageLoad

    func run() async throws {
        let (publisher, subscriber) = (try options.client(), try options.client())
        let progress = MessageLoad.Progress()
        let subscription = try await subscriber.subscribe(to: options.topic)
        let reader = Task {
            for await delivery in subscription {
                delivery.acknowledge()
                progress.receive()
            }
        }
        try await load.measure(options.label, by: publisher, to: options.topic, progress: progress)
        reader.cancel()
        guard subscription.droppedCount == 0 else {
            throw BenchError("\(subscription.droppedCount) messages were dropped")
        }
        await subscriber.close()
        await publisher.close()
    }
}
