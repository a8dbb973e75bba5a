// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro

/// Publishes to a topic without subscribers, and prints the line of ``MessageLoad``.
struct BrokerPublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures publishing.")

    @OptionGroup var options: BrokerOptions
    @OptionGroup var load: MessageLoad

    func run() async throws {
        let broker = try options.client()
        try await load.measure(options.label, by: broker, to: options.topic) {
            // At least once: each message has been confirmed.
            guard options.delivery == .atMostOnce else { return }
            // The server responds that there are no subscribers after it has read everything before.
            do {
                _ = try await broker.request(BrokerMessage(), to: "bench.nobody", deadline: .now + .seconds(60))
                throw BenchError("bench.nobody has a subscriber")
            } catch let error as MicroError where error.code == .notFound {}
        }
        await broker.close()
    }
}
