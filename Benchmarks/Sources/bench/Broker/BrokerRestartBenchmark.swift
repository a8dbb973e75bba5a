// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import NIOCore
import Synchronization

/// Kills and restarts a NATS server repeatedly while messages pass through it, and prints the outcome: `KIND ROUNDS
/// CONFIRMED REFUSED LOST DUPLICATED MS-P50 MS-MAX`. The last two are the time from the moment when the server is ready
/// again until a message arrives that was published after that.
struct BrokerRestartBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker-restart", abstract: "Kills and restarts NATS under load.")

    private static let senders = 4
    private static let timeout = Duration.seconds(30)

    @OptionGroup var options: BrokerOptions
    @OptionGroup var serverOptions: NATSProcessOptions

    @Option(help: "The number of restarts.")
    var rounds = 20

    func run() async throws {
        let server = NATSProcess(at: serverOptions)
        try await server.start()
        let (publisher, subscriber) = (try options.client(), try options.client())
        let deliveryLog = DeliveryLog()
        let subscription = try await subscriber.subscribe(to: options.topic, queue: "bench")
        let reader = Task {
            for await delivery in subscription {
                deliveryLog.receive(delivery.message)
                delivery.acknowledge()
            }
        }
        let publishing = Task { [topic = options.topic] in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.senders {
                    group.addTask { await Self.publish(by: publisher, to: topic, deliveryLog) }
                }
            }
        }
        var recoveries: [Double] = []
        for _ in 0..<rounds {
            try await Task.sleep(for: .milliseconds(300))
            server.kill()
            try await Task.sleep(for: .milliseconds(200))
            try await server.start()
            let (start, next) = (ContinuousClock.now, deliveryLog.next())
            try await Self.wait { deliveryLog.hasReceived(after: next) }
            recoveries.append(seconds(.now - start) * 1e3)
        }
        publishing.cancel()
        await publishing.value
        await deliveryLog.settle()
        recoveries.sort()
        let outcome = deliveryLog.outcome()
        print(
            options.label, rounds, outcome.confirmed, outcome.refused, outcome.lost, outcome.duplicated,
            text(recoveries.quantile(0.5), 0), text(recoveries.quantile(1), 0))
        reader.cancel()
        await subscriber.close()
        await publisher.close()
        server.kill()
        guard options.delivery == .atMostOnce || outcome.lost == 0 else {
            throw BenchError("confirmed messages are lost")
        }
    }

    /// Publishes about one message per millisecond, each with a number.
    private static func publish(by broker: any Broker, to topic: String, _ deliveryLog: DeliveryLog) async {
        while !Task.isCancelled {
            let number = deliveryLog.next()
            do {
                try await broker.publish(BrokerMessage(body: ByteBuffer(integer: number)), to: topic)
                deliveryLog.confirm(number)
            } catch { deliveryLog.refuse() }
            try? await Task.sleep(for: .milliseconds(1))
        }
    }

    private static func wait(_ isFulfilled: () -> Bool) async throws {
        let deadline = ContinuousClock.now + timeout
        while !isFulfilled() {
            guard .now < deadline else { throw BenchError("nothing arrives \(timeout) after the server serves again") }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// The published and the received messages.
private final class DeliveryLog: Sendable {
    private struct State {
        var next = 0
        var confirmed: Set<Int> = []
        var refused = 0
        var received: [Int: Int] = [:]
        var newest = -1
        var lastReceived = ContinuousClock.now
    }

    private let state = Mutex(State())

    /// Returns the number of the next message.
    func next() -> Int {
        state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
    }

    func confirm(_ number: Int) { state.withLock { _ = $0.confirmed.insert(number) } }

    func refuse() { state.withLock { $0.refused += 1 } }

    func receive(_ message: BrokerMessage) {
        guard let number = message.body.getInteger(at: message.body.readerIndex, as: Int.self) else { return }
        state.withLock { state in
            state.received[number, default: 0] += 1
            state.newest = max(state.newest, number)
            state.lastReceived = .now
        }
    }

    /// Whether a message with a larger number has been received.
    func hasReceived(after number: Int) -> Bool { state.withLock { $0.newest > number } }

    /// Waits until all confirmed messages have been received, or nothing is received for longer than the redelivery
    /// delay.
    func settle() async {
        while true {
            let isSettled = state.withLock { state in
                state.confirmed.allSatisfy { state.received[$0] != nil }
                    || state.lastReceived + .seconds(45) < ContinuousClock.now
            }
            if isSettled { return }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// The numbers of messages. A message that was refused but received is neither lost nor a duplicate.
    func outcome() -> (confirmed: Int, refused: Int, lost: Int, duplicated: Int) {
        state.withLock { state in
            (
                state.confirmed.count, state.refused, state.confirmed.count { state.received[$0] == nil },
                state.received.values.count { $0 > 1 }
            )
        }
    }
}
