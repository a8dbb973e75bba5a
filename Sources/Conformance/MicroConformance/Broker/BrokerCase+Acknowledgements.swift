// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let acknowledgements = [
        BrokerCase(
            "B15", .capability, "With one in flight the next one waits for the acknowledgement",
            rationale: "The limit is the server's default, or that of the first subscription.",
            needs: ["acknowledgements"],
            verifyUnsupported: subscribeIsUnsupported { $0.maxInFlight = 1 }
        ) { context in
            let recorder = try await context.record {
                $0.maxInFlight = 1
            } handle: { _ in
            }
            try await context.publish(texts(0..<3))
            for number in 0..<3 {
                try await context.eventually("the next one has come") { recorder.count == number + 1 }
                try await context.never("one more is in flight") { recorder.count > number + 1 }
                recorder.deliveries[number].acknowledge()
            }
            try context.expect(recorder.texts, is: texts(0..<3), "what has come")
        },
        BrokerCase(
            "B16", .capability, "What was acknowledged does not come again", rationale: "Acknowledgements get lost.",
            needs: ["acknowledgements"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let wait = context.bounds.acknowledgementTimeout
            let recorder = try await context.record { $0.acknowledgementTimeout = wait }
            try await context.publish(texts(0..<20))
            try await context.eventually(recorder, gets: texts(0..<20))
            try await context.never("something comes again", during: wait * 2 + context.bounds.observationWindow) {
                recorder.count > 20
            }
        },
        BrokerCase(
            "B17", .capability,
            "What was rejected comes again after its delay, as a second attempt, and holds up nothing",
            rationale: "A rejected message blocks those behind it, or is gone.", needs: ["acknowledgements"],
            verifyUnsupported: rejectIsUnsupported
        ) { context in
            let delay = Duration.milliseconds(300)
            let rejected = Mutex<ContinuousClock.Instant?>(nil)
            let again = Mutex<ContinuousClock.Instant?>(nil)
            let recorder = try await context.record { _ in
            } handle: { delivery in
                guard delivery.text == "0" else { return delivery.acknowledge() }
                guard delivery.attempt == 1 else {
                    again.withLock { $0 = .now }
                    return delivery.acknowledge()
                }
                rejected.withLock { $0 = .now }
                try? delivery.reject(after: delay)
            }
            try await context.publish(texts(0..<5))
            try await context.eventually("it has come again") { again.withLock(\.self) != nil }
            let texts = recorder.texts
            try context.expect(texts.sorted(), is: ["0", "0", "1", "2", "3", "4"], "what has come")
            try context.expect(texts.last, is: "0", "what has come last: the others do not wait for it")
            try context.expect(recorder.deliveries.last?.attempt, is: 2, "the attempt")
            if let first = rejected.withLock(\.self), let second = again.withLock(\.self) {
                try context.expect(second - first >= delay, "it stays away for \(delay), not \(second - first)")
            }
        },
        BrokerCase(
            "B18", .core,
            "A handler that fails is told of, what it got comes again where it can, and nothing else is concerned",
            rationale: "An error in a handler ends the subscription, or the publisher gets it."
        ) { context in
            let failures = Mutex<[String]>([])
            let handled = Mutex<[String]>([])
            let subscription = try await context.b.subscribe(to: context.topic())
            let sibling = try await context.record()
            let handling = Task {
                await subscription.handle(
                    backoff: Backoff(base: .milliseconds(20), maxDelay: .milliseconds(20)),
                    onFailure: { delivery, _ in failures.withLock { $0.append(delivery.text) } },
                    { delivery in
                        if delivery.text == "1", delivery.attempt == 1 { throw CaseHandlerError() }
                        handled.withLock { $0.append(delivery.text) }
                    })
            }
            defer { handling.cancel() }
            try await context.publish(texts(0..<4))
            let expected = context.claims.contains("acknowledgements") ? ["0", "1", "2", "3"] : ["0", "2", "3"]
            try await context.eventually("handled", is: expected) { handled.withLock { $0.sorted() } }
            try context.expect(failures.withLock(\.self), is: ["1"], "the failures that were told of")
            try await context.eventually(sibling, gets: texts(0..<4))
            await subscription.cancel()
            await handling.value
        },
        BrokerCase(
            "B19", .capability, "What is not acknowledged in time comes again, and the attempts are counted",
            rationale: "A crashed handler loses its message.", needs: ["acknowledgements"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let wait = context.bounds.acknowledgementTimeout
            let recorder = try await context.record {
                $0.acknowledgementTimeout = wait
            } handle: { delivery in
                if delivery.attempt == 3 { delivery.acknowledge() }
            }
            try await context.publish(["x"])
            try await context.eventually("it has come three times", within: wait * 3 + context.bounds.deliveryTimeout) {
                recorder.count >= 3
            }
            try context.expect(recorder.deliveries.map(\.attempt), is: [1, 2, 3], "the attempts")
            try await context.never("it comes again", during: wait + context.bounds.observationWindow) {
                recorder.count > 3
            }
        },
        BrokerCase(
            "B20", .capability, "Acknowledging twice, after a rejection, or after the end does no harm",
            rationale: "The second acknowledgement is an error of the protocol, and closes the connection.",
            needs: ["acknowledgements"], verifyUnsupported: rejectIsUnsupported
        ) { context in
            let wait = context.bounds.acknowledgementTimeout
            let client = try await context.makeClient()
            let recorder = try await context.record(
                client, queue: context.claims.contains("queues") ? context.queue() : nil
            ) {
                $0.acknowledgementTimeout = wait
            } handle: { _ in
            }
            try await context.publish(["twice", "rejected", "late"])
            try await context.eventually(recorder, gets: ["twice", "rejected", "late"])
            let first = Dictionary(recorder.deliveries.map { ($0.text, $0) }) { $1 }
            first["twice"]?.acknowledge()
            first["twice"]?.acknowledge()
            try first["rejected"]?.reject()
            first["rejected"]?.acknowledge()
            try await context.eventually("the rejected one has come again") { recorder.count >= 4 }
            try context.expect(recorder.texts.last, is: "rejected", "what has come again")
            recorder.deliveries.last?.acknowledge()
            await recorder.subscription.cancel()
            first["late"]?.acknowledge()
            await client.close()
            for delivery in recorder.deliveries {
                delivery.acknowledge()
                try delivery.reject()
            }
            let other = try await context.record()
            try await context.publish(["after"])
            try await context.eventually(other, gets: ["after"])
        },
    ]

    static func subscribeIsUnsupported(
        _ change: @escaping @Sendable (inout SubscribeOptions) -> Void
    ) -> @Sendable (BrokerTestContext) async throws -> Void {
        { context in
            var options = SubscribeOptions()
            change(&options)
            try await context.expectError(.unsupported, from: "subscribing with what is not claimed") {
                _ = try await context.b.subscribe(to: context.topic(), queue: nil, options: options)
            }
        }
    }

    private static let rejectIsUnsupported: @Sendable (BrokerTestContext) async throws -> Void = { context in
        let recorder = try await context.record()
        try await context.publish(["x"])
        try await context.eventually(recorder, gets: ["x"])
        try await context.expectError(.unsupported, from: "rejecting") { try recorder.deliveries[0].reject() }
    }
}

/// What handlers of cases fail with.
struct CaseHandlerError: Error {}
