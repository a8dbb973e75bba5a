// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension BrokerCase {
    static let requests = [
        BrokerCase(
            "B46", .capability,
            "A request gets its own reply, without anybody there an error at once, and else in time",
            rationale: "A request that nobody can answer waits for its whole deadline; replies get mixed up.",
            needs: ["requests"],
            verifyUnsupported: requestIsUnsupported
        ) { context in
            let late = ConformanceFailure("a request to nobody fails at once, and not at its deadline")
            try await context.withTimeout(context.bounds.deliveryTimeout, orThrow: late) {
                try await context.expectError(.notFound, from: "a request to nobody") {
                    _ = try await context.a.request(BrokerMessage(), to: context.topic(), deadline: .now + .seconds(60))
                }
            }
            let echo = try await context.record { _ in
            } handle: { delivery in
                guard delivery.isRequest else { return }
                try? await delivery.reply(with: BrokerMessage(headers: ["k": "v"], body: delivery.message.body))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let client = number % 2 == 0 ? context.a : context.b
                        let reply = try await client.request(
                            BrokerMessage(text: "\(number)"), to: context.topic(), deadline: .now + .seconds(30))
                        let expected = BrokerMessage(headers: ["k": "v"], text: "\(number)")
                        try context.expect(reply, is: expected, "the reply")
                    }
                }
                try await group.waitForAll()
            }
            try await context.publish(["no request"])
            try await context.eventually("what is no request has come") { echo.texts.contains("no request") }
            guard let plain = echo.deliveries.first(where: { $0.text == "no request" }) else { return }
            try context.expect(!plain.isRequest, "what was published is no request")
            try await context.expectError(.invalidArgument, from: "replying to what is no request") {
                try await plain.reply(with: BrokerMessage())
            }
            let nonReplying = try await context.record(topic: context.topic("deaf"))
            let started = ContinuousClock.now
            try await context.expectError(.deadlineExceeded, from: "a request that nobody answers") {
                _ = try await context.a.request(
                    BrokerMessage(), to: context.topic("deaf"), deadline: started + .milliseconds(300))
            }
            let took = ContinuousClock.now - started
            try context.expect(
                took < .milliseconds(1300), "the request ends at its deadline of 300 ms, not after \(took)")
            try await context.eventually("the deaf one got it") { nonReplying.count == 1 }
            let asking = Task {
                _ = try await context.a.request(
                    BrokerMessage(), to: context.topic("deaf"), deadline: .now + .seconds(60))
            }
            try await context.eventually("the deaf one got another") { nonReplying.count == 2 }
            asking.cancel()
            let slow = ConformanceFailure("a request that is cancelled ends within a second")
            do {
                try await context.withTimeout(.seconds(1), orThrow: slow) { try await asking.value }
                throw ConformanceFailure("a cancelled request throws")
            } catch is CancellationError {}
        }
    ]

    private static let requestIsUnsupported: @Sendable (BrokerTestContext) async throws -> Void = { context in
        try await context.expectError(.unsupported, from: "requesting") {
            _ = try await context.a.request(BrokerMessage(), to: context.topic(), deadline: .now + .seconds(5))
        }
    }
}
