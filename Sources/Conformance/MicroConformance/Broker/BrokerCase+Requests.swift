// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension BrokerCase {
    static let requests = [
        BrokerCase(
            "B46", .capability,
            "A request gets its own reply, without anybody there an error at once, and else in time",
            motive: "A request that nobody can answer waits for its whole deadline; replies get mixed up.",
            needs: ["requests"],
            refusal: refusesRequests
        ) { trial in
            let late = ConformanceFailure("a request to nobody fails at once, and not at its deadline")
            try await trial.bounded(trial.bounds.delivery, orThrow: late) {
                try await trial.expectError(.notFound, from: "a request to nobody") {
                    _ = try await trial.a.request(Message(), to: trial.topic(), deadline: .now + .seconds(60))
                }
            }
            let echo = try await trial.record { _ in
            } handle: { delivery in
                guard delivery.isRequest else { return }
                try? await delivery.reply(with: Message(headers: ["k": "v"], body: delivery.message.body))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let client = number % 2 == 0 ? trial.a : trial.b
                        let reply = try await client.request(
                            Message(text: "\(number)"), to: trial.topic(), deadline: .now + .seconds(30))
                        let wanted = Message(headers: ["k": "v"], text: "\(number)")
                        try trial.expect(reply, is: wanted, "the reply")
                    }
                }
                try await group.waitForAll()
            }
            try await trial.publish(["no request"])
            try await trial.eventually("what is no request has come") { echo.texts.contains("no request") }
            guard let plain = echo.deliveries.first(where: { $0.text == "no request" }) else { return }
            try trial.expect(!plain.isRequest, "what was published is no request")
            try await trial.expectError(.invalidArgument, from: "replying to what is no request") {
                try await plain.reply(with: Message())
            }
            let deaf = try await trial.record(topic: trial.topic("deaf"))
            let started = ContinuousClock.now
            try await trial.expectError(.deadlineExceeded, from: "a request that nobody answers") {
                _ = try await trial.a.request(
                    Message(), to: trial.topic("deaf"), deadline: started + .milliseconds(300))
            }
            let took = ContinuousClock.now - started
            try trial.expect(
                took < .milliseconds(1300), "the request ends at its deadline of 300 ms, not after \(took)")
            try await trial.eventually("the deaf one got it") { deaf.count == 1 }
            let asking = Task {
                _ = try await trial.a.request(Message(), to: trial.topic("deaf"), deadline: .now + .seconds(60))
            }
            try await trial.eventually("the deaf one got another") { deaf.count == 2 }
            asking.cancel()
            let slow = ConformanceFailure("a request that is cancelled ends within a second")
            do {
                try await trial.bounded(.seconds(1), orThrow: slow) { try await asking.value }
                throw ConformanceFailure("a cancelled request throws")
            } catch is CancellationError {}
        }
    ]

    private static let refusesRequests: @Sendable (BrokerTrial) async throws -> Void = { trial in
        try await trial.expectError(.unsupported, from: "requesting") {
            _ = try await trial.a.request(Message(), to: trial.topic(), deadline: .now + .seconds(5))
        }
    }
}
