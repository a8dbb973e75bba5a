// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let acknowledgements = [
        BrokerCase(
            "B15", .capability, "With a limit of one message in flight, the next one waits for the acknowledgement.",
            rationale: "Adapters use the server's default limit, or that of the first subscription.",
            capabilities: ["acknowledgements"],
            verifyUnsupported: subscribeIsUnsupported { $0.maxInFlight = 1 }
        ) { context in
            let recorder = try await context.record {
                $0.maxInFlight = 1
            } handle: { _ in
            }
            try await context.publish(context.texts(0..<3))
            for number in 0..<3 {
                try await context.eventually("message \(number) arrives") { recorder.count == number + 1 }
                try await context.never("another message is in flight") { recorder.count > number + 1 }
                recorder.deliveries[number].acknowledge()
            }
            try context.expect(recorder.texts, is: context.texts(0..<3), "the messages")
        },
        BrokerCase(
            "B16", .capability, "An acknowledged message is not delivered again.",
            rationale: "Acknowledgements are lost.", capabilities: ["acknowledgements"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let timeout = context.bounds.timeouts.acknowledgement
            let recorder = try await context.record { $0.acknowledgementTimeout = timeout }
            try await context.publish(context.texts(0..<20))
            try await context.eventually(recorder, gets: context.texts(0..<20))
            try await context.never(
                "a message arrives again", during: timeout * 2 + context.bounds.observationWindow
            ) { recorder.count > 20 }
        },
        BrokerCase(
            "B17", .capability,
            "A rejected message is delivered again after its delay, as attempt 2, and does not delay other messages.",
            rationale: "A rejected message blocks those behind it, or is lost.", capabilities: ["acknowledgements"],
            verifyUnsupported: rejectIsUnsupported
        ) { context in
            let delay = Duration.milliseconds(300)
            let rejection = Mutex<ContinuousClock.Instant?>(nil)
            let redelivery = Mutex<ContinuousClock.Instant?>(nil)
            let recorder = try await context.record { _ in
            } handle: { delivery in
                guard delivery.text == "0" else { return delivery.acknowledge() }
                guard delivery.attempt == 1 else {
                    redelivery.withLock { $0 = .now }
                    return delivery.acknowledge()
                }
                rejection.withLock { $0 = .now }
                try? delivery.reject(after: delay)
            }
            try await context.publish(context.texts(0..<5))
            try await context.eventually("the rejected message arrives again") { redelivery.withLock(\.self) != nil }
            let texts = recorder.texts
            try context.expect(texts.sorted(), is: ["0", "0", "1", "2", "3", "4"], "the messages")
            try context.expect(texts.last, is: "0", "the last message: the others do not wait for it")
            try context.expect(recorder.deliveries.last?.attempt, is: 2, "the attempt")
            if let first = rejection.withLock(\.self), let second = redelivery.withLock(\.self) {
                try context.expect(
                    second - first >= delay, "the redelivery has a delay of \(delay); it had \(second - first)")
            }
        },
        BrokerCase(
            "B18", .core,
            "A failing handler is reported, its message is redelivered where supported, and nothing else is affected.",
            rationale: "An error in a handler ends the subscription, or is thrown to the publisher."
        ) { context in
            let failures = Mutex<[String]>([])
            let handled = Mutex<[String]>([])
            let subscription = try await context.subscriber.subscribe(to: context.topic())
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
            try await context.publish(context.texts(0..<4))
            let expected = context.claims.contains("acknowledgements") ? ["0", "1", "2", "3"] : ["0", "2", "3"]
            try await context.eventually("the handled messages", is: expected) { handled.withLock { $0.sorted() } }
            try context.expect(failures.withLock(\.self), is: ["1"], "the reported failures")
            try await context.eventually(sibling, gets: context.texts(0..<4))
            await subscription.cancel()
            await handling.value
        },
        BrokerCase(
            "B19", .capability, "A message that is not acknowledged in time is delivered again with a counted attempt.",
            rationale: "The message of a crashed handler is lost.", capabilities: ["acknowledgements"],
            verifyUnsupported: subscribeIsUnsupported { $0.acknowledgementTimeout = .seconds(1) }
        ) { context in
            let timeouts = context.bounds.timeouts
            let recorder = try await context.record {
                $0.acknowledgementTimeout = timeouts.acknowledgement
            } handle: { delivery in
                if delivery.attempt == 3 { delivery.acknowledge() }
            }
            try await context.publish(["x"])
            try await context.eventually(
                "the message arrives three times", within: timeouts.acknowledgement * 3 + timeouts.delivery
            ) { recorder.count >= 3 }
            try context.expect(recorder.deliveries.map(\.attempt), is: [1, 2, 3], "the attempts")
            try await context.never(
                "the message arrives again", during: timeouts.acknowledgement + timeouts.observationWindow
            ) { recorder.count > 3 }
        },
        BrokerCase(
            "B20", .capability,
            "Acknowledging twice, after a rejection, or after the end of the subscription has no effect.",
            rationale: "A second acknowledgement is a protocol error that closes the connection.",
            capabilities: ["acknowledgements"], verifyUnsupported: rejectIsUnsupported
        ) { context in
            let timeout = context.bounds.timeouts.acknowledgement
            let client = try await context.makeClient()
            let recorder = try await context.record(client, queue: context.queueIfClaimed) {
                $0.acknowledgementTimeout = timeout
            } handle: { _ in
            }
            try await context.publish(["twice", "rejected", "late"])
            try await context.eventually(recorder, gets: ["twice", "rejected", "late"])
            let first = Dictionary(recorder.deliveries.map { ($0.text, $0) }) { $1 }
            first["twice"]?.acknowledge()
            first["twice"]?.acknowledge()
            try first["rejected"]?.reject()
            first["rejected"]?.acknowledge()
            try await context.eventually("the rejected message arrives again") { recorder.count >= 4 }
            try context.expect(recorder.texts.last, is: "rejected", "the redelivered message")
            recorder.deliveries.last?.acknowledge()
            await recorder.subscription.cancel()
            first["late"]?.acknowledge()
            if let queue = context.queueIfClaimed {
                let successor = try await context.record(queue: queue) { $0.acknowledgementTimeout = timeout }
                try await context.never("a settled message is delivered again", during: timeout * 2) {
                    successor.count > 0
                }
                await successor.subscription.cancel()
            }
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
        _ configure: @escaping @Sendable (inout SubscribeOptions) -> Void
    ) -> @Sendable (BrokerTestContext) async throws -> Void {
        { context in
            var options = SubscribeOptions()
            configure(&options)
            try await context.expectUnsupported("subscribing with an unclaimed option") {
                _ = try await context.subscriber.subscribe(to: context.topic(), queue: nil, options: options)
            }
        }
    }

    static let rejectIsUnsupported: @Sendable (BrokerTestContext) async throws -> Void = { context in
        let recorder = try await context.record()
        try await context.publish(["x"])
        try await context.eventually(recorder, gets: ["x"])
        try await context.expectUnsupported("rejecting") { try recorder.deliveries[0].reject() }
    }
}

/// The error of handlers in cases.
struct CaseHandlerError: Error {}
