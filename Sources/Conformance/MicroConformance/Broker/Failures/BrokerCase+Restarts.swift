// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    /// Cases about the recovery after a backend was restarted or wiped.
    static let restarts = [
        BrokerCase(
            "B27", .fault,
            "When the server is killed twice under load, no more is lost than the delivery guarantee permits.",
            rationale: "Publishing into a dead connection succeeds, and subscriptions are not restored.",
            actions: [.kill, .start]
        ) { context in
            let recorder = try await context.record(nil, context.fastRedelivery)
            let publishLog = PublishLog()
            let share = context.bounds.load.messages * 10 / 20
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in 0..<20 {
                    group.addTask {
                        for number in 0..<share {
                            // The other publishers continue during the restart.
                            if publisher == 0, number == share / 3 || number == share / 2 {
                                try await context.perform(.kill)
                                try await context.perform(.start)
                            }
                            let text = "\(publisher).\(number)"
                            do {
                                let client = publisher % 2 == 0 ? context.publisher : context.subscriber
                                try await context.publish([text], by: client)
                                publishLog.recordConfirmed(text)
                            } catch let error as MicroError { try publishLog.recordFailed(text, error) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            for client in [context.publisher, context.subscriber] {
                try await context.eventuallyDelivers(from: client, to: recorder)
            }
            if context.claims.contains("atLeastOnce") {
                try await context.eventually(
                    recorder, includes: publishLog.confirmed, within: context.bounds.timeouts.recovery)
            }
            let later = (0..<100).map { "after-\($0)" }
            try await context.publish(later)
            try await context.eventually(recorder, includes: later)
            let found = recorder.texts.withoutProbes.filter { !$0.hasPrefix("after-") }
            try context.expect(Set(found).isSubset(of: publishLog.all), "every delivered message was published")
            if context.claims.contains("atMostOnce") {
                try context.expect(Set(found).count, is: found.count, "the number of different messages")
            }
        },
        BrokerCase(
            "B28", .fault,
            "After a reconnect, queues, in-flight limits and topics of subscriptions are in effect again.",
            rationale: "Subscriptions are restored without their queue, and every member gets every message.",
            capabilities: ["queues"], actions: [.kill, .start]
        ) { context in
            let members = [
                try await context.record(context.publisher, queue: context.queue()),
                try await context.record(context.subscriber, queue: context.queue()),
            ]
            let other = try await context.record(topic: context.topic("other"))
            let limited =
                context.claims.contains("acknowledgements")
                ? try await context.record {
                    $0.maxInFlight = 1
                } handle: { delivery in
                    if delivery.text.hasPrefix("probe-") { delivery.acknowledge() }
                } : nil
            try await context.perform(.kill)
            try await context.perform(.start)
            for member in members { try await context.eventuallyDelivers(from: context.publisher, to: member) }
            try await context.eventuallyDelivers(from: context.publisher, to: other, on: context.topic("other"))
            if let limited { try await context.eventuallyDelivers(from: context.publisher, to: limited) }
            try await context.publish(context.texts(0..<100))
            let count = { members.reduce(0) { $0 + $1.texts.withoutProbes.count } }
            try await context.eventually("100 messages arrive at the queue, not \(count())") { count() >= 100 }
            try await context.never("a message arrives twice or on another topic") {
                count() > 100 || !other.texts.withoutProbes.isEmpty
            }
            try context.expect(
                members.allSatisfy { !$0.texts.withoutProbes.isEmpty }, "every member gets some messages")
            if let limited {
                try await context.never("more than one message is in flight") {
                    limited.texts.withoutProbes.count > 1
                }
                try context.expect(limited.texts.withoutProbes.count, is: 1, "the number of messages in flight")
            }
        },
        BrokerCase(
            "B29", .fault, "After twenty reconnects there is one subscription, and connections are within their limit.",
            rationale: "Every reconnect leaks a connection or adds a subscription, which duplicates messages.",
            actions: [.kill, .start]
        ) { context in
            let recorder = try await context.record()
            let before = try await context.harness.resourceCounts()
            for _ in 0..<20 {
                try await context.perform(.kill)
                try await context.perform(.start)
                try await context.eventuallyDelivers(from: context.publisher, to: recorder)
            }
            try await context.eventuallyUsesNoMoreResources(than: before)
            try await context.publish(context.texts(0..<20))
            try await context.eventually(recorder, includes: context.texts(0..<20))
            try await context.never("a message arrives twice") { recorder.texts.withoutProbes.count > 20 }
        },
        BrokerCase(
            "B88", .fault, "Settling deliveries from before a reconnect affects no later delivery.",
            rationale: "A server that numbers deliveries per connection takes an old number for another message.",
            capabilities: ["acknowledgements", "queues"], actions: [.kill, .start],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let client = try await context.makeClient()
            let unsettled = Mutex<[Delivery]>([])
            // Longer than the restart.
            let timeout = context.bounds.timeouts.recovery
            let options: (inout SubscribeOptions) -> Void = { $0.acknowledgementTimeout = timeout }
            // Old messages that arrive again are acknowledged. New ones are neither acknowledged nor rejected.
            let member = try await context.record(client, queue: context.queue(), options) { delivery in
                if delivery.text.hasPrefix("new") { return }
                guard delivery.text.hasPrefix("old"), delivery.attempt == 1 else { return delivery.acknowledge() }
                unsettled.withLock { $0.append(delivery) }
            }
            let old = context.texts(0..<10).map { "old \($0)" }
            try await context.publish(old)
            try await context.eventually(member, includes: old)
            try await context.perform(.kill)
            try await context.perform(.start)
            try await context.eventuallyDelivers(from: context.publisher, to: member)
            let new = context.texts(0..<10).map { "new \($0)" }
            try await context.publish(new)
            try await context.eventually(member, includes: new)
            for (number, delivery) in unsettled.withLock(\.self).enumerated() {
                if number.isMultiple(of: 2) { delivery.acknowledge() } else { try? delivery.reject() }
            }
            try await context.never("a new message arrives again, because its connection was closed") {
                member.texts.count { $0.hasPrefix("new") } > new.count
            }
            await client.close(deadline: .now)
            let successor = try await context.record(queue: context.queue(), options)
            // A server may deliver them again only after their acknowledgement timeout.
            try await context.eventually(successor, includes: new, within: timeout * 2)
        },
        BrokerCase(
            "B65", .fault, "Subscriptions are restored after the backend was wiped.",
            rationale: "Clients do not subscribe again at a server that was replaced by an empty one.",
            actions: [.wipe]
        ) { context in
            let recorders = [
                try await context.record(), try await context.record(queue: context.queueIfClaimed),
            ]
            try await context.perform(.wipe)
            for recorder in recorders { try await context.eventuallyDelivers(from: context.publisher, to: recorder) }
            try await context.publish(context.texts(0..<20))
            for recorder in recorders { try await context.eventually(recorder, includes: context.texts(0..<20)) }
        },
    ]
}

/// The messages that publishers have sent, and whether the backend has confirmed them.
private final class PublishLog: Sendable {
    private struct State {
        var confirmed: Set<String> = []
        var failed: Set<String> = []
    }

    private let state = Mutex(State())

    var confirmed: Set<String> { state.withLock(\.confirmed) }
    var all: Set<String> { state.withLock { $0.confirmed.union($0.failed) } }

    func recordConfirmed(_ text: String) { state.withLock { _ = $0.confirmed.insert(text) } }

    /// Records a message that was not sent because of an outage.
    ///
    /// - Throws: A failure of the case for any other reason.
    func recordFailed(_ text: String, _ error: MicroError) throws {
        guard MicroError.Code.outage.contains(error.code) else {
            throw ConformanceFailure("publishing: expected a success or an outage, found \(error)")
        }
        state.withLock { _ = $0.failed.insert(text) }
    }
}
