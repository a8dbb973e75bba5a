// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// An operation of a random history of a broker. Clients, topics and queues are numbers.
enum BrokerOperation: Sendable, CustomStringConvertible {
    /// Subscribes to a topic or a pattern, alone or as a member of a queue.
    case subscribe(client: Int, topic: Int, queue: Int?)
    /// Publishes a message that each subscriber first rejects the given number of times.
    case publish(client: Int, topic: Int, rejections: Int)
    /// Cancels the oldest subscription.
    case cancel
    /// Closes a client and creates another one.
    case reopen(client: Int)

    static func random(using generator: inout SeededGenerator) -> BrokerOperation {
        let client = Int.random(in: 0..<BrokerModelRun.clientCount, using: &generator)
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<6:
            let queue = Int.random(in: 0..<4, using: &generator)
            return .subscribe(
                client: client, topic: Int.random(in: 0..<BrokerModelRun.topics.count, using: &generator),
                queue: queue < 2 ? queue : nil)
        case 6..<17:
            return .publish(
                client: client, topic: Int.random(in: 0..<3, using: &generator),
                rejections: Int.random(in: -3...2, using: &generator))
        case 17..<19: return .cancel
        default: return .reopen(client: client)
        }
    }

    var description: String {
        switch self {
        case .subscribe(let client, let topic, let queue):
            "client \(client) subscribes to \(BrokerModelRun.topics[topic])"
                + (queue.map { " with queue \($0)" } ?? "")
        case .publish(let client, let topic, let rejections):
            "client \(client) publishes to \(BrokerModelRun.topics[topic])"
                + (rejections > 0 ? ", rejected \(rejections) times" : "")
        case .cancel: "the oldest subscription is cancelled"
        case .reopen(let client): "client \(client) is closed and created again"
        }
    }
}

/// Runs a history of operations against a broker, on separate topics, and compares the deliveries after each step with
/// those that the contract promises.
final class BrokerModelRun {
    static let clientCount = 3
    /// The last two are patterns.
    static let topics = ["a.b", "a.c", "a.b.c", "a.*", "a.>"]

    /// What a subscription, or all members of a queue, must get: the key of each message, once for each attempt.
    private struct Group {
        let pattern: TopicPattern
        let queue: Int?
        var expected: [String] = []
        /// Messages that were published while there was no subscriber. At-most-once delivery may still deliver them,
        /// since publishing only queues a message for sending.
        var optional: Set<String> = []
        var open: [(client: Int, recorder: DeliveryRecorder)] = []
        var ended: [DeliveryRecorder] = []
    }

    private static let delay = Duration.milliseconds(30)

    private let context: BrokerTestContext
    private let scope: String
    private let acknowledges: Bool
    private var clients: [any Broker] = []
    private var groups: [Group] = []
    private var published = 0

    init(_ context: BrokerTestContext, number: Int) async throws {
        self.context = context
        scope = "run\(number)"
        acknowledges = context.claims.contains("acknowledgements")
        for _ in 0..<Self.clientCount { clients.append(try await context.makeClient()) }
    }

    func run(_ history: [BrokerOperation]) async throws {
        for operation in history {
            try await apply(operation)
            try await compare()
        }
        try await context.never("a message arrives that was not expected") { self.hasExcess }
        for client in clients { await client.close() }
    }

    private func topic(_ number: Int) -> String { context.topic("\(scope).\(Self.topics[number])") }

    private func apply(_ operation: BrokerOperation) async throws {
        switch operation {
        case .subscribe(let client, let number, let queue):
            let isPattern = Self.topics[number].contains { "*>".contains($0) }
            guard groups.reduce(0, { $0 + $1.open.count }) < 6, !isPattern || context.claims.contains("wildcards")
            else { return }
            try await subscribe(client, number, queue: context.claims.contains("queues") ? queue : nil)
        case .publish(let client, let number, let rejections):
            published += 1
            let attempts = acknowledges ? max(0, rejections) : 0
            let message = BrokerMessage(
                headers: ["number": "\(published)", "rejections": "\(attempts)"], text: "message \(published)")
            try await publish(message, to: topic(number), by: clients[client])
            for index in groups.indices where groups[index].pattern.matches(topic(number)) {
                let isKept = groups[index].queue != nil && context.claims.contains("durability")
                guard !groups[index].open.isEmpty || isKept else {
                    groups[index].optional.insert("\(published)")
                    continue
                }
                groups[index].expected += (0...attempts).map { "\(published) on \(topic(number)), attempt \($0 + 1)" }
            }
        case .cancel:
            guard let index = groups.firstIndex(where: { !$0.open.isEmpty }) else { return }
            let member = groups[index].open.removeFirst()
            await member.recorder.subscription.cancel()
            try await context.eventually("the cancelled subscription ends") { member.recorder.hasEnded }
            groups[index].ended.append(member.recorder)
        case .reopen(let client):
            await clients[client].close()
            for index in groups.indices {
                for member in groups[index].open where member.client == client {
                    try await context.eventually("the subscription of the closed client ends") {
                        member.recorder.hasEnded
                    }
                    groups[index].ended.append(member.recorder)
                }
                groups[index].open.removeAll { $0.client == client }
            }
            clients[client] = try await context.makeClient()
        }
    }

    /// Retries: with direct delivery, a publisher may still send to a subscriber that has just ended, and fail.
    private func publish(_ message: BrokerMessage, to topic: String, by client: any Broker) async throws {
        guard context.claims.contains("directDelivery") else { return try await client.publish(message, to: topic) }
        try await context.eventually("publishing succeeds", within: context.bounds.timeouts.recovery) {
            do { try await client.publish(message, to: topic) } catch is MicroError { return false }
            return true
        }
    }

    private func subscribe(_ client: Int, _ number: Int, queue: Int?) async throws {
        // Each topic has its own queues: the model does not cover a queue on overlapping patterns.
        let name = queue.map { context.queue("\(scope)-\($0)-\(number)") }
        let recorder = try await context.record(clients[client], topic: topic(number), queue: name) { _ in
        } handle: { delivery in
            let rejections = delivery.message.headers["rejections"].flatMap(Int.init) ?? 0
            if delivery.attempt <= rejections {
                try? delivery.reject(after: Self.delay)
            } else {
                delivery.acknowledge()
            }
        }
        let pattern = TopicPattern(topic(number))
        let known = queue.flatMap { queue in groups.firstIndex { $0.pattern == pattern && $0.queue == queue } }
        if let known {
            groups[known].open.append((client, recorder))
        } else {
            let earlier = context.claims.contains("atMostOnce") ? Set((0...published).map { "\($0)" }) : []
            groups.append(Group(pattern: pattern, queue: queue, optional: earlier, open: [(client, recorder)]))
        }
    }

    private static func key(_ delivery: Delivery) -> String {
        "\(delivery.message.headers["number"] ?? "-") on \(delivery.topic), attempt \(delivery.attempt)"
    }

    private static func found(_ group: Group) -> [String] {
        (group.open.map(\.recorder) + group.ended).flatMap(\.deliveries)
            .filter { !group.optional.contains($0.message.headers["number"] ?? "") }.map(key).sorted()
    }

    private var hasExcess: Bool { groups.contains { Self.found($0).count > $0.expected.count } }

    private func compare() async throws {
        for group in groups where !group.open.isEmpty {
            try await context.eventually(
                "the deliveries\(group.queue == nil ? "" : " of a queue")", is: group.expected.sorted()
            ) { Self.found(group) }
        }
    }
}
