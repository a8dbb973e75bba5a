// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerTestContext {
    /// Expects exactly these texts, each once and in any order, among the messages that have arrived when their number
    /// is reached. A duplicate that arrives later is not detected.
    func eventually(
        _ recorder: DeliveryRecorder, gets texts: [String], within bound: Duration? = nil
    ) async throws {
        try await eventually("\(texts.count) messages arrive, not \(recorder.count)", within: bound) {
            recorder.count >= texts.count
        }
        try expect(recorder.texts.sorted(), is: texts.sorted(), "the messages")
    }

    /// Expects at least these texts to arrive within a bound.
    func eventually(
        _ recorder: DeliveryRecorder, includes texts: some Sequence<String>, within bound: Duration? = nil
    ) async throws {
        let expected = Set(texts)
        let missing = { expected.subtracting(recorder.texts).sorted() }
        try await eventually(
            "all \(expected.count) messages arrive; \(missing().count) are missing, such as \(missing().first ?? "-")",
            within: bound
        ) { missing().isEmpty }
    }

    /// Expects the members of a queue to get these texts between them within a bound, each once.
    func eventually(_ members: [DeliveryRecorder], share texts: [String], within bound: Duration? = nil) async throws {
        let count = { members.reduce(0) { $0 + $1.count } }
        try await eventually("\(texts.count) messages arrive at the queue, not \(count())", within: bound) {
            count() >= texts.count
        }
        try await never("a message of the queue arrives twice") { count() > texts.count }
        try expect(members.flatMap(\.texts).sorted(), is: texts.sorted(), "the messages of the queue")
    }

    /// Expects messages of a client to arrive at a recorder within a bound. Publishes repeatedly: after a failure,
    /// either side may not have recovered yet.
    func eventuallyDelivers(
        from client: any Broker, to recorder: DeliveryRecorder, on topic: String? = nil, within bound: Duration? = nil
    ) async throws {
        let probe = Probe()
        try await eventually(
            "messages on \(topic ?? self.topic()) are delivered", within: bound ?? bounds.timeouts.recovery
        ) {
            let hasArrived = recorder.texts.contains { $0.hasPrefix(probe.prefix) }
            if !hasArrived {
                do { try await self.publish([probe.next()], to: topic, by: client) } catch is MicroError {}
                // Gives the message time to arrive before the next one is published.
                try await Task.sleep(for: .milliseconds(10))
            }
            return hasArrived
        }
    }

    /// Expects the backend to hold no more subscriptions than before, and no more additional connections than two
    /// clients may have, if it can count them.
    func eventuallyUsesNoMoreResources(than before: ResourceCounts?) async throws {
        guard let before else { return }
        try await eventually("the backend holds no more resources than before", within: bounds.timeouts.recovery) {
            let now = try await self.harness.resourceCounts()
            let subscriptions = (now?.subscriptions ?? 0) - (before.subscriptions ?? 0)
            let connections = (now?.connections ?? 0) - (before.connections ?? 0)
            return subscriptions <= 0 && connections <= 2 * self.bounds.limits.maxConnections
        }
    }

    /// Expects an operation to be refused as unsupported.
    func expectUnsupported(_ operation: String, _ body: () async throws -> Void) async throws {
        try await expectError(.unsupported, from: operation, body)
    }
}

/// Texts that differ from those of a case and from those of other probes.
private final class Probe: Sendable {
    let prefix = "probe-\(UInt32.random(in: .min ... .max))-"
    private let number = Atomic(0)

    func next() -> String { prefix + "\(number.wrappingAdd(1, ordering: .relaxed).newValue)" }
}

extension Sequence<String> {
    /// The texts that are not probes of ``BrokerTestContext/eventuallyDelivers(from:to:on:within:)``.
    var withoutProbes: [String] { filter { !$0.hasPrefix("probe-") } }
}
