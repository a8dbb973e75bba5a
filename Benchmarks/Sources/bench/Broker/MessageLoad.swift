// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import NIOCore
import Synchronization

/// The maximum number of messages in flight to a subscriber. Beyond 65,536, both NATS clients drop messages that the
/// subscriber has not read. The C program has the same window.
private let window = 16_384

/// The number of messages and of publishing tasks.
struct MessageLoad: ParsableArguments {
    /// The number of messages after which a sender checks the window.
    private static let batch = 64
    private static let timeout = Duration.seconds(120)

    @Option(help: "The number of publishing tasks.")
    var senders = 1

    @Option(help: "The size of a message body, in bytes.")
    var bytes = 128

    @Option(help: "The number of messages of all tasks together, after a warm-up with a tenth of it.")
    var messages = 1_000_000

    /// The progress of a run.
    final class Progress: Sendable {
        /// The number of messages that were published, or are about to be.
        let published = Atomic(0)
        /// The number of received messages.
        let received = Atomic(0)

        /// Records that `count` messages are about to be published.
        func begin(_ count: Int) { published.add(count, ordering: .relaxed) }

        private let hasWaiters = Atomic(false)
        private let waiters = Mutex<[CheckedContinuation<Void, Never>]>([])

        /// Records a received message.
        func receive() {
            received.add(1, ordering: .relaxed)
            if hasWaiters.load(ordering: .relaxed), inFlight <= window / 2 { wake() }
        }

        /// Waits while the window is full, until it is half empty. Polling with sleeps would
        /// cost more than the messages.
        func waitForRoom() async {
            guard inFlight > window else { return }
            await withCheckedContinuation { continuation in
                waiters.withLock { $0.append(continuation) }
                hasWaiters.store(true, ordering: .sequentiallyConsistent)
                // All messages may have arrived before this waiter was added.
                if inFlight <= window / 2 { wake() }
            }
        }

        private func wake() {
            let waiting = waiters.withLock { waiters in
                hasWaiters.store(false, ordering: .sequentiallyConsistent)
                defer { waiters = [] }
                return waiters
            }
            for waiter in waiting { waiter.resume() }
        }

        /// The number of messages in flight.
        var inFlight: Int { published.load(ordering: .relaxed) - received.load(ordering: .relaxed) }
    }

    /// Publishes a tenth of the messages as warm-up, then all, and prints one line about the latter:
    /// `KIND BYTES/SENDERS MESSAGES/S CPU-µS`, with the CPU time of this process per message.
    ///
    /// - Parameters:
    ///   - progress: Records received messages. With it, senders respect the window, and the run ends when all have
    ///     arrived.
    ///   - flush: Waits until everything has been sent, which ends the run without `progress`.
    func measure(
        _ kind: String, by broker: any Broker, to topic: String, progress: Progress? = nil,
        flush: () async throws -> Void = {}
    ) async throws {
        let process = ProcessInfo.processInfo.processIdentifier
        func send(_ count: Int) async throws {
            try await publish(max(1, count / senders), by: broker, to: topic, progress)
            try await flush()
            let deadline = ContinuousClock.now + Self.timeout
            while let inFlight = progress?.inFlight, inFlight > 0 {
                guard .now < deadline else { throw BenchError("\(inFlight) messages have not arrived") }
                try await Self.pause()
            }
        }
        try await send(messages / 10)
        let (before, start) = (try cpuTime(of: process), ContinuousClock.now)
        try await send(messages)
        let time = seconds(.now - start)
        let used = try cpuTime(of: process) - before
        let count = Double(messages / senders * senders)
        print(kind, "\(bytes)/\(senders)", text(count / time, 0), text(used / count * 1e6, 3))
    }

    /// Publishes `share` messages from each of the senders, concurrently.
    private func publish(_ share: Int, by broker: any Broker, to topic: String, _ progress: Progress?) async throws {
        let message = BrokerMessage(body: ByteBuffer(repeating: UInt8(ascii: "x"), count: bytes))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<senders {
                group.addTask {
                    for start in stride(from: 0, to: share, by: Self.batch) {
                        let count = min(Self.batch, share - start)
                        progress?.begin(count)
                        while let progress, progress.inFlight > window { await progress.waitForRoom() }
                        for _ in 0..<count { try await broker.publish(message, to: topic) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func pause() async throws { try await Task.sleep(for: .microseconds(50)) }
}
