// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    /// What an operation may throw while the backend is away.
    static let outageCodes: Set<MicroError.Code> = [.unavailable, .deadlineExceeded]

    static let outages = [
        BrokerCase(
            "B27", .fault,
            "A server that is killed twice under load loses nothing beyond the delivery class, and nobody lies",
            rationale: "Publishes succeed into a dead connection, and subscriptions do not come back.",
            actions: [.kill, .start]
        ) { context in
            let recorder = try await context.record(nil, context.fastRedelivery)
            let publishLog = PublishLog()
            let share = context.bounds.messages * 10 / 20
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in 0..<20 {
                    group.addTask {
                        for number in 0..<share {
                            // The others go on meanwhile.
                            if publisher == 0, number == share / 3 || number == share / 2 {
                                try await context.perform(.kill)
                                try await context.perform(.start)
                            }
                            let text = "\(publisher).\(number)"
                            do {
                                try await context.publish([text], by: publisher % 2 == 0 ? context.a : context.b)
                                publishLog.recordConfirmed(text)
                            } catch let error as MicroError { try publishLog.recordFailed(text, error) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            for client in [context.a, context.b] { try await context.eventuallyDelivers(from: client, to: recorder) }
            if context.claims.contains("atLeastOnce") {
                try await context.eventually(
                    "everything that was confirmed has come", within: context.bounds.recoveryTimeout
                ) {
                    publishLog.confirmed.isSubset(of: recorder.texts)
                }
            }
            try await context.publish((0..<100).map { "after-\($0)" })
            try await context.eventually("everything comes that is published afterwards") {
                Set(recorder.texts).isSuperset(of: (0..<100).map { "after-\($0)" })
            }
            let found = recorder.texts.withoutProbes.filter { !$0.hasPrefix("after-") }
            try context.expect(Set(found).isSubset(of: publishLog.all), "nothing comes that nobody has published")
            if context.claims.contains("atMostOnce") {
                try context.expect(Set(found).count, is: found.count, "how many have come, each once")
            }
        },
        BrokerCase(
            "B28", .fault, "After a reconnect queues, limits and topics are in force again",
            rationale: "Subscriptions come back without their queue, and every member gets everything.",
            needs: ["queues"],
            actions: [.kill, .start]
        ) { context in
            let members = [
                try await context.record(context.a, queue: context.queue()),
                try await context.record(context.b, queue: context.queue()),
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
            for member in members { try await context.eventuallyDelivers(from: context.a, to: member) }
            try await context.eventuallyDelivers(from: context.a, to: other, on: context.topic("other"))
            if let limited { try await context.eventuallyDelivers(from: context.a, to: limited) }
            try await context.publish(texts(0..<100))
            try await context.eventually("the queue has got all") {
                members.reduce(0) { $0 + $1.texts.withoutProbes.count } >= 100
            }
            try await context.never("something comes twice, or strays") {
                members.reduce(0) { $0 + $1.texts.withoutProbes.count } > 100 || !other.texts.withoutProbes.isEmpty
            }
            try context.expect(members.allSatisfy { !$0.texts.withoutProbes.isEmpty }, "every member gets some")
            if let limited {
                try await context.never("more than one is in flight") { limited.texts.withoutProbes.count > 1 }
                try context.expect(limited.texts.withoutProbes.count, is: 1, "in flight")
            }
        },
        BrokerCase(
            "B29", .fault, "Twenty reconnects leave one subscription, and no more connections than one client holds",
            rationale: "Every reconnect leaves a connection, and every message comes once for each.",
            actions: [.kill, .start]
        ) { context in
            let recorder = try await context.record()
            let before = try await context.harness.resourceCounts()
            for _ in 0..<20 {
                try await context.perform(.kill)
                try await context.perform(.start)
                try await context.eventuallyDelivers(from: context.a, to: recorder)
            }
            try await context.eventuallyUsesNoMoreResources(than: before)
            try await context.publish(texts(0..<20))
            try await context.eventually("all have come") { Set(recorder.texts).isSuperset(of: texts(0..<20)) }
            try await context.never("something comes twice") { recorder.texts.withoutProbes.count > 20 }
        },
        BrokerCase(
            "B30", .fault, "Publishing while the backend is down waits, then fails, and does nothing behind one's back",
            rationale: "Messages pile up without a bound, or are sent after their caller was told that they are not.",
            actions: [.stop, .start]
        ) { context in
            let recorder = try await context.record()
            let shortTimeoutClient = try await context.makeClient { $0.timeout = .seconds(1) }
            let longTimeoutClient = try await context.makeClient { $0.timeout = .seconds(60) }
            try await context.publish(["before hasty"], by: shortTimeoutClient)
            try await context.publish(["before patient"], by: longTimeoutClient)
            try await context.eventually(recorder, gets: ["before hasty", "before patient"])
            try await context.perform(.stop)
            try await context.eventually("publishing fails", within: context.bounds.recoveryTimeout) {
                // What was sent before anybody knows of the outage may be lost, at most once.
                let error = try await context.attempt("publishing", within: .seconds(1)) {
                    try await context.publish(["failed"], by: shortTimeoutClient)
                }
                if let error { try context.expect(outageCodes.contains(error.code), "an outage, and not \(error)") }
                return error != nil
            }
            let lost = recorder.texts.count { $0 == "failed" }
            let cancelled = Task { try await context.publish(["cancelled"], by: longTimeoutClient) }
            try await context.never("an outage is a success", during: .milliseconds(100)) { cancelled.isCancelled }
            cancelled.cancel()
            let late = ConformanceFailure("publishing that is cancelled ends within a second")
            do {
                try await context.withTimeout(.seconds(1), orThrow: late) { try await cancelled.value }
            } catch is CancellationError {} catch let error as MicroError {
                throw ConformanceFailure("publishing: expected CancellationError, it threw \(error)")
            }
            let waiting = Task { try await context.publish(["waited"], by: longTimeoutClient) }
            try await context.perform(.start)
            let stuck = ConformanceFailure("publishing that waits goes on when the backend is back")
            try await context.withTimeout(context.bounds.recoveryTimeout, orThrow: stuck) { try await waiting.value }
            try await context.eventuallyDelivers(from: shortTimeoutClient, to: recorder)
            if context.claims.contains("atLeastOnce") {
                try await context.eventually("what waited has come") { recorder.texts.contains("waited") }
            }
            try await context.never("something comes that failed") {
                recorder.texts.count { $0 == "failed" } > lost
            }
        },
        BrokerCase(
            "B31", .fault, "A backend that is down at the start is an error in time, and works once it is there",
            rationale: "Clients that were made too early never recover.", actions: [.stop, .start]
        ) { context in
            try await context.perform(.stop)
            let limit = Duration.seconds(2)
            let client = try await context.makeClient { $0.timeout = .seconds(1) }
            let operations: [(String, @Sendable () async throws -> Void)] = [
                ("publishing", { try await context.publish(["early"], by: client) }),
                ("subscribing", { _ = try await client.subscribe(to: context.topic()) }),
            ]
            for (what, operation) in operations {
                let started = ContinuousClock.now
                let error = try await context.expectError(.unavailable, .deadlineExceeded, from: what) {
                    let late = ConformanceFailure("\(what) takes \(limit) at most, and was cut off")
                    try await context.withTimeout(limit, orThrow: late, operation)
                }
                try context.expect(!error.message.isEmpty, "the error says what failed, after \(started)")
            }
            try await context.perform(.start)
            var made: DeliveryRecorder?
            try await context.eventually("subscribing works", within: context.bounds.recoveryTimeout) {
                do { made = try await context.record(client) } catch is MicroError { return false }
                return true
            }
            guard let recorder = made else { return }
            try await context.eventuallyDelivers(from: client, to: recorder)
            try context.expect(!recorder.texts.contains("early"), "what failed was not sent later")
        },
        BrokerCase(
            "B65", .fault, "Subscriptions outlive a backend that has forgotten everything",
            rationale: "A server that is replaced by an empty one is never subscribed to again.", actions: [.wipe]
        ) { context in
            let recorders = [
                try await context.record(), try await context.record(queue: context.queueIfClaimed),
            ]
            try await context.perform(.wipe)
            for recorder in recorders { try await context.eventuallyDelivers(from: context.a, to: recorder) }
            try await context.publish(texts(0..<20))
            for recorder in recorders {
                try await context.eventually("everything comes") { Set(recorder.texts).isSuperset(of: texts(0..<20)) }
            }
        },
        BrokerCase(
            "B66", .fault, "Closing is bounded in time even when the backend is down",
            rationale: "Shutdowns hang on a broker that does not answer.", actions: [.stop, .start]
        ) { context in
            let client = try await context.makeClient { $0.timeout = .seconds(60) }
            let recorder = try await context.record(client)
            try await context.publish(["x"])
            try await context.eventually(recorder, gets: ["x"])
            try await context.perform(.stop)
            let publishing = Task { try await context.publish(["y"], by: client) }
            let late = ConformanceFailure("closing ends at its deadline of 500 ms, and was cut off")
            try await context.withTimeout(.milliseconds(1500), orThrow: late) {
                await client.close(deadline: .now + .milliseconds(500))
            }
            try await context.eventually("the subscriptions have ended") { recorder.hasEnded }
            let stuck = ConformanceFailure("publishing ends when its client is closed")
            do {
                try await context.withTimeout(.seconds(1), orThrow: stuck) { try await publishing.value }
            } catch is MicroError {}
        },
    ]
}

/// What was published, and what came of it.
private final class PublishLog: Sendable {
    private let content = Mutex<(confirmed: Set<String>, failed: Set<String>)>(([], []))

    var confirmed: Set<String> { content.withLock(\.confirmed) }
    var all: Set<String> { content.withLock { $0.confirmed.union($0.failed) } }

    func recordConfirmed(_ text: String) { content.withLock { _ = $0.confirmed.insert(text) } }

    /// Only an outage may be the reason.
    func recordFailed(_ text: String, _ error: MicroError) throws {
        guard BrokerCase.outageCodes.contains(error.code) else {
            throw ConformanceFailure("publishing: expected that it works, or an outage, and not \(error)")
        }
        content.withLock { _ = $0.failed.insert(text) }
    }
}
