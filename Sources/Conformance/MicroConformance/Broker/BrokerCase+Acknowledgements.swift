// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let acknowledgements = [
        BrokerCase(
            "B15", .capability, "With one in flight the next one waits for the acknowledgement",
            motive: "The limit is the server's default, or that of the first subscription.",
            needs: ["acknowledgements"],
            refusal: refuses { $0.maximumInFlight = 1 }
        ) { trial in
            let recorder = try await trial.record {
                $0.maximumInFlight = 1
            } handle: { _ in
            }
            try await trial.publish(texts(0..<3))
            for number in 0..<3 {
                try await trial.eventually("the next one has come") { recorder.count == number + 1 }
                try await trial.never("one more is in flight") { recorder.count > number + 1 }
                recorder.deliveries[number].acknowledge()
            }
            try trial.expect(recorder.texts, is: texts(0..<3), "what has come")
        },
        BrokerCase(
            "B16", .capability, "What was acknowledged does not come again", motive: "Acknowledgements get lost.",
            needs: ["acknowledgements"], refusal: refuses { $0.acknowledgeWait = .seconds(1) }
        ) { trial in
            let wait = trial.bounds.acknowledgeWait
            let recorder = try await trial.record { $0.acknowledgeWait = wait }
            try await trial.publish(texts(0..<20))
            try await trial.eventually(recorder, gets: texts(0..<20))
            try await trial.never("something comes again", during: wait * 2 + trial.bounds.quiet) {
                recorder.count > 20
            }
        },
        BrokerCase(
            "B17", .capability,
            "What was rejected comes again after its delay, as a second attempt, and holds up nothing",
            motive: "A rejected message blocks those behind it, or is gone.", needs: ["acknowledgements"],
            refusal: refusesToReject
        ) { trial in
            let delay = Duration.milliseconds(300)
            let rejected = Mutex<ContinuousClock.Instant?>(nil)
            let again = Mutex<ContinuousClock.Instant?>(nil)
            let recorder = try await trial.record { _ in
            } handle: { delivery in
                guard delivery.text == "0" else { return delivery.acknowledge() }
                guard delivery.attempt == 1 else {
                    again.withLock { $0 = .now }
                    return delivery.acknowledge()
                }
                rejected.withLock { $0 = .now }
                try? delivery.reject(after: delay)
            }
            try await trial.publish(texts(0..<5))
            try await trial.eventually("it has come again") { again.withLock(\.self) != nil }
            let texts = recorder.texts
            try trial.expect(texts.sorted(), is: ["0", "0", "1", "2", "3", "4"], "what has come")
            try trial.expect(texts.last, is: "0", "what has come last: the others do not wait for it")
            try trial.expect(recorder.deliveries.last?.attempt, is: 2, "the attempt")
            if let first = rejected.withLock(\.self), let second = again.withLock(\.self) {
                try trial.expect(second - first >= delay, "it stays away for \(delay), not \(second - first)")
            }
        },
        BrokerCase(
            "B18", .core,
            "A handler that fails is told of, what it got comes again where it can, and nothing else is concerned",
            motive: "An error in a handler ends the subscription, or the publisher gets it."
        ) { trial in
            let failures = Mutex<[String]>([])
            let handled = Mutex<[String]>([])
            let subscription = try await trial.b.subscribe(to: trial.topic())
            let sibling = try await trial.record()
            let handling = Task {
                await subscription.handle(
                    backoff: Backoff(base: .milliseconds(20), limit: .milliseconds(20)),
                    failed: { delivery, _ in failures.withLock { $0.append(delivery.text) } },
                    { delivery in
                        if delivery.text == "1", delivery.attempt == 1 { throw CaseHandlerError() }
                        handled.withLock { $0.append(delivery.text) }
                    })
            }
            defer { handling.cancel() }
            try await trial.publish(texts(0..<4))
            let expected = trial.claims.contains("acknowledgements") ? ["0", "1", "2", "3"] : ["0", "2", "3"]
            try await trial.eventually("handled", is: expected) { handled.withLock { $0.sorted() } }
            try trial.expect(failures.withLock(\.self), is: ["1"], "the failures that were told of")
            try await trial.eventually(sibling, gets: texts(0..<4))
            await subscription.cancel()
            await handling.value
        },
        BrokerCase(
            "B19", .capability, "What is not acknowledged in time comes again, and the attempts are counted",
            motive: "A crashed handler loses its message.", needs: ["acknowledgements"],
            refusal: refuses { $0.acknowledgeWait = .seconds(1) }
        ) { trial in
            let wait = trial.bounds.acknowledgeWait
            let recorder = try await trial.record {
                $0.acknowledgeWait = wait
            } handle: { delivery in
                if delivery.attempt == 3 { delivery.acknowledge() }
            }
            try await trial.publish(["x"])
            try await trial.eventually("it has come three times", within: wait * 3 + trial.bounds.delivery) {
                recorder.count >= 3
            }
            try trial.expect(recorder.deliveries.map(\.attempt), is: [1, 2, 3], "the attempts")
            try await trial.never("it comes again", during: wait + trial.bounds.quiet) { recorder.count > 3 }
        },
        BrokerCase(
            "B20", .capability, "Acknowledging twice, after a rejection, or after the end does no harm",
            motive: "The second acknowledgement is an error of the protocol, and closes the connection.",
            needs: ["acknowledgements"], refusal: refusesToReject
        ) { trial in
            let wait = trial.bounds.acknowledgeWait
            let client = try await trial.makeClient()
            let recorder = try await trial.record(client, queue: trial.claims.contains("queues") ? trial.queue() : nil)
            {
                $0.acknowledgeWait = wait
            } handle: { _ in
            }
            try await trial.publish(["twice", "rejected", "late"])
            try await trial.eventually(recorder, gets: ["twice", "rejected", "late"])
            let first = Dictionary(recorder.deliveries.map { ($0.text, $0) }) { $1 }
            first["twice"]?.acknowledge()
            first["twice"]?.acknowledge()
            try first["rejected"]?.reject()
            first["rejected"]?.acknowledge()
            try await trial.eventually("the rejected one has come again") { recorder.count >= 4 }
            try trial.expect(recorder.texts.last, is: "rejected", "what has come again")
            recorder.deliveries.last?.acknowledge()
            await recorder.subscription.cancel()
            first["late"]?.acknowledge()
            await client.close()
            for delivery in recorder.deliveries {
                delivery.acknowledge()
                try delivery.reject()
            }
            let other = try await trial.record()
            try await trial.publish(["after"])
            try await trial.eventually(other, gets: ["after"])
        },
    ]

    static func refuses(
        _ change: @escaping @Sendable (inout SubscribeOptions) -> Void
    ) -> @Sendable (BrokerTrial) async throws -> Void {
        { trial in
            var options = SubscribeOptions()
            change(&options)
            try await trial.expectError(.unsupported, from: "subscribing with what is not claimed") {
                _ = try await trial.b.subscribe(to: trial.topic(), queue: nil, options: options)
            }
        }
    }

    private static let refusesToReject: @Sendable (BrokerTrial) async throws -> Void = { trial in
        let recorder = try await trial.record()
        try await trial.publish(["x"])
        try await trial.eventually(recorder, gets: ["x"])
        try await trial.expectError(.unsupported, from: "rejecting") { try recorder.deliveries[0].reject() }
    }
}

/// What handlers of cases fail with.
struct CaseHandlerError: Error {}
