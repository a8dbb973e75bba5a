// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import NIOCore
import Synchronization

/// So many messages are on their way to a subscriber at most. Beyond 65,536 both clients of NATS drop what a subscriber has
/// not taken; the program in C has the same window.
private let window = 16_384

/// How much is published, and from how many tasks at once.
struct MessageLoad: ParsableArguments {
    /// After so many messages a sender looks at the window.
    private static let batch = 64
    private static let timeout = Duration.seconds(120)

    @Option(help: "How many tasks publish.")
    var senders = 1

    @Option(help: "The size of a body, in bytes.")
    var bytes = 128

    @Option(help: "How many messages are published by all tasks together, after a tenth of that.")
    var messages = 1_000_000

    /// How far a run is.
    final class Progress: Sendable {
        /// Messages that were published, or will be at once.
        let published = Atomic(0)
        /// Messages that a subscriber has.
        let received = Atomic(0)

        /// Tells that so many are going to be published.
        func begin(_ count: Int) { published.add(count, ordering: .relaxed) }

        private let hasWaiters = Atomic(false)
        private let waiters = Mutex<[CheckedContinuation<Void, Never>]>([])

        /// Tells that one has come.
        func receive() {
            received.add(1, ordering: .relaxed)
            if hasWaiters.load(ordering: .relaxed), inFlight <= window / 2 { wake() }
        }

        /// Waits while more than the window are on their way, until there are half as many. A sleep that is repeated would
        /// cost more than the messages.
        func waitForRoom() async {
            guard inFlight > window else { return }
            await withCheckedContinuation { continuation in
                waiters.withLock { $0.append(continuation) }
                hasWaiters.store(true, ordering: .sequentiallyConsistent)
                // All may have come before anybody knew that there is somebody to wake.
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

        /// How many are on their way.
        var inFlight: Int { published.load(ordering: .relaxed) - received.load(ordering: .relaxed) }
    }

    /// Publishes a tenth and then all of the messages, and prints one line about the latter:
    /// `KIND BYTES/SENDERS MESSAGES/S CPU-µS`, the CPU time of this process for each message.
    ///
    /// - Parameters:
    ///   - progress: Told of what arrives. The senders keep to the window then, and the end is when all has arrived.
    ///   - flush: Waits until everything has left: the end otherwise.
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

    /// Publishes from all senders at once, each so many messages.
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
