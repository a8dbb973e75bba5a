// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension BrokerCase {
    static let requests = [
        BrokerCase(
            "B46", .capability,
            "A request gets its own reply, fails immediately without subscribers, and ends at its deadline.",
            rationale: "A request without subscribers waits for its deadline, or gets the reply of another request.",
            capabilities: ["requests"], verifyUnsupported: requestIsUnsupported
        ) { context in
            try await context.withTimeout(
                context.bounds.timeouts.delivery, "a request without subscribers fails before its deadline"
            ) {
                try await context.expectError(.notFound, from: "a request without subscribers") {
                    try await context.request(within: .seconds(60))
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
                        let client = number % 2 == 0 ? context.publisher : context.subscriber
                        let reply = try await client.request(
                            BrokerMessage(text: "\(number)"), to: context.topic(), deadline: .now + .seconds(30))
                        let expected = BrokerMessage(headers: ["k": "v"], text: "\(number)")
                        try context.expect(reply, is: expected, "the reply")
                    }
                }
                try await group.waitForAll()
            }
            try await context.publish(["no request"])
            try await context.eventually("a published message arrives") { echo.texts.contains("no request") }
            guard let plain = echo.deliveries.first(where: { $0.text == "no request" }) else { return }
            try context.expect(!plain.isRequest, "a published message is not a request")
            try await context.expectError(.invalidArgument, from: "replying to a published message") {
                try await plain.reply(with: BrokerMessage())
            }

            let silentTopic = context.topic("silent")
            let silent = try await context.record(topic: silentTopic)
            let duration = try await context.measure {
                try await context.expectError(.deadlineExceeded, from: "a request without a reply") {
                    try await context.request(to: silentTopic, within: .milliseconds(300))
                }
            }
            try context.expect(
                duration < .milliseconds(1300), "a request ends at its deadline of 300 ms; it took \(duration)")
            try await context.eventually("the subscriber got the request") { silent.count == 1 }
            let cancelled = Task { try await context.request(to: silentTopic, within: .seconds(60)) }
            try await context.eventually("the subscriber got another request") { silent.count == 2 }
            cancelled.cancel()
            try await context.expectCancellation(of: "a cancelled request") {
                try await context.withTimeout(.seconds(1), "a cancelled request ends") { try await cancelled.value }
            }
        },
        BrokerCase(
            "B87", .capability, "A request may take until its deadline, even if the timeout of the client is shorter.",
            rationale: "Requests end at the timeout of the client, although the caller has set a later deadline.",
            capabilities: ["requests"], verifyUnsupported: requestIsUnsupported
        ) { context in
            _ = try await context.record { _ in
            } handle: { delivery in
                if delivery.text == "slow" { try? await Task.sleep(for: .milliseconds(600)) }
                try? await delivery.reply(with: BrokerMessage(text: "reply"))
            }
            let client = try await context.makeClient { $0.timeout = .milliseconds(300) }
            try await context.eventually("the client is connected") {
                do { try await context.request(by: client, within: .seconds(5)) } catch is MicroError { return false }
                return true
            }
            let reply = try await client.request(
                BrokerMessage(text: "slow"), to: context.topic(), deadline: .now + .seconds(5))
            try context.expect(reply, is: BrokerMessage(text: "reply"), "the reply to the slow request")
        },
    ]

    static let requestIsUnsupported: @Sendable (BrokerTestContext) async throws -> Void = { context in
        try await context.expectUnsupported("requesting") { try await context.request(within: .seconds(5)) }
    }
}

extension BrokerTestContext {
    /// Sends an empty request and discards the reply.
    func request(to topic: String? = nil, by client: (any Broker)? = nil, within timeout: Duration) async throws {
        _ = try await (client ?? publisher).request(
            BrokerMessage(), to: topic ?? self.topic(), deadline: .now + timeout)
    }
}
