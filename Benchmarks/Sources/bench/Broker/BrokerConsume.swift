// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import NIOCore

/// Receives and acknowledges messages that are stored in a durable queue, and prints a line:
/// `KIND BYTES/PREFETCH MESSAGES/S CPU-µS`, with the CPU time of this process per message.
struct BrokerConsume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures the consumption of stored messages.")

    @OptionGroup var options: BrokerOptions

    @Option(help: "The size of a message body, in bytes.")
    var bytes = 128

    @Option(help: "The number of messages, after a warm-up with a tenth of it.")
    var messages = 100_000

    func run() async throws {
        guard options.delivery == .atLeastOnce else { throw BenchError("only at-least-once delivery stores messages") }
        let (publisher, subscriber) = (try options.client(), try options.client())
        try await store(by: publisher)
        let process = ProcessInfo.processInfo.processIdentifier
        let subscription = try await subscriber.subscribe(to: options.topic, queue: "bench")
        var iterator = subscription.makeAsyncIterator()
        for _ in 0..<messages / 10 { await iterator.next()?.acknowledge() }
        let (before, start) = (try cpuTime(of: process), ContinuousClock.now)
        for _ in 0..<messages { await iterator.next()?.acknowledge() }
        let time = seconds(.now - start)
        let used = try cpuTime(of: process) - before
        let prefetch = options.maxInFlight.map(String.init) ?? "default"
        print(
            options.label, "\(bytes)/\(prefetch)", text(Double(messages) / time, 0),
            text(used / Double(messages) * 1e6, 3))
        await subscription.cancel()
        await subscriber.close()
        await publisher.close()
    }

    /// Creates the queue and publishes the messages to it.
    private func store(by publisher: any Broker) async throws {
        try await publisher.subscribe(to: options.topic, queue: "bench").cancel()
        let message = BrokerMessage(body: ByteBuffer(repeating: UInt8(ascii: "x"), count: bytes))
        let (count, topic) = (messages + messages / 10, options.topic)
        let tasks = 64
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for _ in stride(from: task, to: count, by: tasks) {
                        try await publisher.publish(message, to: topic)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
