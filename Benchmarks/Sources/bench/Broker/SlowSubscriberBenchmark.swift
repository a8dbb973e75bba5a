// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import NIOCore

/// Publishes to a subscriber that does not read, and prints `KIND MESSAGES DROPPED MIB-BEFORE MIB-AFTER`,
/// the resident memory of the process, which has both sides.
struct SlowSubscriberBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slow-subscriber", abstract: "Measures a subscriber that does not read.")

    private static let senders = 64
    private static let timeout = Duration.seconds(300)

    @OptionGroup var options: BrokerOptions

    @Option(help: "The number of messages.")
    var messages = 1_000_000

    @Option(help: "The size of a message body, in bytes.")
    var bytes = 128

    func run() async throws {
        let (publisher, subscriber) = (try options.client(), try options.client())
        let subscription = try await subscriber.subscribe(to: options.topic)
        let message = BrokerMessage(body: ByteBuffer(repeating: UInt8(ascii: "x"), count: bytes))
        try await publisher.publish(message, to: options.topic)
        let before = try residentMemory()
        try await withThrowingTaskGroup(of: Void.self) { [topic = options.topic, messages] group in
            for sender in 0..<Self.senders {
                group.addTask {
                    for _ in stride(from: sender, to: messages, by: Self.senders) {
                        try await publisher.publish(message, to: topic)
                    }
                }
            }
            try await group.waitForAll()
        }
        // At most once: in the end, everything that exceeds the buffer has been dropped.
        let expected = options.delivery == .atMostOnce ? messages - SubscribeOptions().maxBufferedMessages : 0
        let deadline = ContinuousClock.now + Self.timeout
        while subscription.droppedCount < expected {
            guard .now < deadline else { throw BenchError("only \(subscription.droppedCount) messages were dropped") }
            try await Task.sleep(for: .milliseconds(10))
        }
        print(
            options.label, messages, subscription.droppedCount, text(before / 1_048_576, 1),
            text(try residentMemory() / 1_048_576, 1))
        await subscription.cancel()
        await subscriber.close()
        await publisher.close()
    }
}
