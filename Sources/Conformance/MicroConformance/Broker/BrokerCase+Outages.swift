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
            motive: "Publishes succeed into a dead connection, and subscriptions do not come back.",
            actions: [.kill, .start]
        ) { trial in
            let recorder = try await trial.record(nil, trial.comingAgainSoon)
            let ledger = Ledger()
            let share = trial.bounds.messages * 10 / 20
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in 0..<20 {
                    group.addTask {
                        for number in 0..<share {
                            // The others go on meanwhile.
                            if publisher == 0, number == share / 3 || number == share / 2 {
                                try await trial.perform(.kill)
                                try await trial.perform(.start)
                            }
                            let text = "\(publisher).\(number)"
                            do {
                                try await trial.publish([text], by: publisher % 2 == 0 ? trial.a : trial.b)
                                ledger.confirm(text)
                            } catch let error as MicroError { try ledger.deny(text, error) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            for client in [trial.a, trial.b] { try await trial.eventuallyFlows(from: client, to: recorder) }
            if trial.claims.contains("atLeastOnce") {
                try await trial.eventually("everything that was confirmed has come", within: trial.bounds.heal) {
                    ledger.confirmed.isSubset(of: recorder.texts)
                }
            }
            try await trial.publish((0..<100).map { "after-\($0)" })
            try await trial.eventually("everything comes that is published afterwards") {
                Set(recorder.texts).isSuperset(of: (0..<100).map { "after-\($0)" })
            }
            let found = recorder.texts.withoutProbes.filter { !$0.hasPrefix("after-") }
            try trial.expect(Set(found).isSubset(of: ledger.all), "nothing comes that nobody has published")
            if trial.claims.contains("atMostOnce") {
                try trial.expect(Set(found).count, is: found.count, "how many have come, each once")
            }
        },
        BrokerCase(
            "B28", .fault, "After a reconnect queues, limits and topics are in force again",
            motive: "Subscriptions come back without their queue, and every member gets everything.", needs: ["queues"],
            actions: [.kill, .start]
        ) { trial in
            let members = [
                try await trial.record(trial.a, queue: trial.queue()),
                try await trial.record(trial.b, queue: trial.queue()),
            ]
            let other = try await trial.record(topic: trial.topic("other"))
            let limited =
                trial.claims.contains("acknowledgements")
                ? try await trial.record {
                    $0.maximumInFlight = 1
                } handle: { delivery in
                    if delivery.text.hasPrefix("probe-") { delivery.acknowledge() }
                } : nil
            try await trial.perform(.kill)
            try await trial.perform(.start)
            for member in members { try await trial.eventuallyFlows(from: trial.a, to: member) }
            try await trial.eventuallyFlows(from: trial.a, to: other, on: trial.topic("other"))
            if let limited { try await trial.eventuallyFlows(from: trial.a, to: limited) }
            try await trial.publish(texts(0..<100))
            try await trial.eventually("the queue has got all") {
                members.reduce(0) { $0 + $1.texts.withoutProbes.count } >= 100
            }
            try await trial.never("something comes twice, or strays") {
                members.reduce(0) { $0 + $1.texts.withoutProbes.count } > 100 || !other.texts.withoutProbes.isEmpty
            }
            try trial.expect(members.allSatisfy { !$0.texts.withoutProbes.isEmpty }, "every member gets some")
            if let limited {
                try await trial.never("more than one is in flight") { limited.texts.withoutProbes.count > 1 }
                try trial.expect(limited.texts.withoutProbes.count, is: 1, "in flight")
            }
        },
        BrokerCase(
            "B29", .fault, "Twenty reconnects leave one subscription, and no more connections than one client holds",
            motive: "Every reconnect leaves a connection, and every message comes once for each.",
            actions: [.kill, .start]
        ) { trial in
            let recorder = try await trial.record()
            let before = try await trial.harness.census()
            for _ in 0..<20 {
                try await trial.perform(.kill)
                try await trial.perform(.start)
                try await trial.eventuallyFlows(from: trial.a, to: recorder)
            }
            try await trial.eventuallyHoldsNoMore(than: before)
            try await trial.publish(texts(0..<20))
            try await trial.eventually("all have come") { Set(recorder.texts).isSuperset(of: texts(0..<20)) }
            try await trial.never("something comes twice") { recorder.texts.withoutProbes.count > 20 }
        },
        BrokerCase(
            "B30", .fault, "Publishing while the backend is down waits, then fails, and does nothing behind one's back",
            motive: "Messages pile up without a bound, or are sent after their caller was told that they are not.",
            actions: [.stop, .start]
        ) { trial in
            let recorder = try await trial.record()
            let hasty = try await trial.makeClient { $0.timeout = .seconds(1) }
            let patient = try await trial.makeClient { $0.timeout = .seconds(60) }
            try await trial.publish(["before hasty"], by: hasty)
            try await trial.publish(["before patient"], by: patient)
            try await trial.eventually(recorder, gets: ["before hasty", "before patient"])
            try await trial.perform(.stop)
            try await trial.eventually("publishing fails", within: trial.bounds.heal) {
                // What was sent before anybody knows of the outage may be lost, at most once.
                let error = try await trial.attempt("publishing", within: .seconds(1)) {
                    try await trial.publish(["failed"], by: hasty)
                }
                if let error { try trial.expect(outageCodes.contains(error.code), "an outage, and not \(error)") }
                return error != nil
            }
            let lost = recorder.texts.count { $0 == "failed" }
            let cancelled = Task { try await trial.publish(["cancelled"], by: patient) }
            try await trial.never("an outage is a success", during: .milliseconds(100)) { cancelled.isCancelled }
            cancelled.cancel()
            let late = ConformanceFailure("publishing that is cancelled ends within a second")
            do {
                try await trial.bounded(.seconds(1), orThrow: late) { try await cancelled.value }
            } catch is CancellationError {} catch let error as MicroError {
                throw ConformanceFailure("publishing: expected CancellationError, it threw \(error)")
            }
            let waiting = Task { try await trial.publish(["waited"], by: patient) }
            try await trial.perform(.start)
            let stuck = ConformanceFailure("publishing that waits goes on when the backend is back")
            try await trial.bounded(trial.bounds.heal, orThrow: stuck) { try await waiting.value }
            try await trial.eventuallyFlows(from: hasty, to: recorder)
            if trial.claims.contains("atLeastOnce") {
                try await trial.eventually("what waited has come") { recorder.texts.contains("waited") }
            }
            try await trial.never("something comes that failed") {
                recorder.texts.count { $0 == "failed" } > lost
            }
        },
        BrokerCase(
            "B31", .fault, "A backend that is down at the start is an error in time, and works once it is there",
            motive: "Clients that were made too early never recover.", actions: [.stop, .start]
        ) { trial in
            try await trial.perform(.stop)
            let limit = Duration.seconds(2)
            let client = try await trial.makeClient { $0.timeout = .seconds(1) }
            let operations: [(String, @Sendable () async throws -> Void)] = [
                ("publishing", { try await trial.publish(["early"], by: client) }),
                ("subscribing", { _ = try await client.subscribe(to: trial.topic()) }),
            ]
            for (what, operation) in operations {
                let started = ContinuousClock.now
                let error = try await trial.expectError(.unavailable, .deadlineExceeded, from: what) {
                    let late = ConformanceFailure("\(what) takes \(limit) at most, and was cut off")
                    try await trial.bounded(limit, orThrow: late, operation)
                }
                try trial.expect(!error.message.isEmpty, "the error says what failed, after \(started)")
            }
            try await trial.perform(.start)
            var made: DeliveryRecorder?
            try await trial.eventually("subscribing works", within: trial.bounds.heal) {
                do { made = try await trial.record(client) } catch is MicroError { return false }
                return true
            }
            guard let recorder = made else { return }
            try await trial.eventuallyFlows(from: client, to: recorder)
            try trial.expect(!recorder.texts.contains("early"), "what failed was not sent later")
        },
        BrokerCase(
            "B65", .fault, "Subscriptions outlive a backend that has forgotten everything",
            motive: "A server that is replaced by an empty one is never subscribed to again.", actions: [.wipe]
        ) { trial in
            let recorders = [
                try await trial.record(), try await trial.record(queue: trial.queueIfClaimed),
            ]
            try await trial.perform(.wipe)
            for recorder in recorders { try await trial.eventuallyFlows(from: trial.a, to: recorder) }
            try await trial.publish(texts(0..<20))
            for recorder in recorders {
                try await trial.eventually("everything comes") { Set(recorder.texts).isSuperset(of: texts(0..<20)) }
            }
        },
        BrokerCase(
            "B66", .fault, "Closing is bounded in time even when the backend is down",
            motive: "Shutdowns hang on a broker that does not answer.", actions: [.stop, .start]
        ) { trial in
            let client = try await trial.makeClient { $0.timeout = .seconds(60) }
            let recorder = try await trial.record(client)
            try await trial.publish(["x"])
            try await trial.eventually(recorder, gets: ["x"])
            try await trial.perform(.stop)
            let publishing = Task { try await trial.publish(["y"], by: client) }
            let late = ConformanceFailure("closing ends at its deadline of 500 ms, and was cut off")
            try await trial.bounded(.milliseconds(1500), orThrow: late) {
                await client.close(deadline: .now + .milliseconds(500))
            }
            try await trial.eventually("the subscriptions have ended") { recorder.hasEnded }
            let stuck = ConformanceFailure("publishing ends when its client is closed")
            do {
                try await trial.bounded(.seconds(1), orThrow: stuck) { try await publishing.value }
            } catch is MicroError {}
        },
    ]
}

/// What was published, and what came of it.
private final class Ledger: Sendable {
    private let content = Mutex<(confirmed: Set<String>, denied: Set<String>)>(([], []))

    var confirmed: Set<String> { content.withLock(\.confirmed) }
    var all: Set<String> { content.withLock { $0.confirmed.union($0.denied) } }

    func confirm(_ text: String) { content.withLock { _ = $0.confirmed.insert(text) } }

    /// Only an outage may be the reason.
    func deny(_ text: String, _ error: MicroError) throws {
        guard BrokerCase.outageCodes.contains(error.code) else {
            throw ConformanceFailure("publishing: expected that it works, or an outage, and not \(error)")
        }
        content.withLock { _ = $0.denied.insert(text) }
    }
}
