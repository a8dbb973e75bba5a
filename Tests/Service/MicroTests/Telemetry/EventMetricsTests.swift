// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MetricsTestKit
import TestSupport
import Testing

@testable import Micro

@Suite(.timeLimit(.minutes(1))) struct EventMetricsTests {
    private let metrics = Telemetry.metrics

    @Test(arguments: BrokerKind.allCases)
    func publishedHandledAndFailedEventsAreCountedUnderOpenTelemetrysNames(_ brokerKind: BrokerKind) async throws {
        let fixture = try ServiceFixture(broker: brokerKind)
        let (service, topic) = (try fixture.makeService("mailer"), "measured.\(brokerKind)")
        service.subscribe(topic, queue: "q") { (event: UserCreated, context) in
            if event.name == "bad", context.attempt == 1 { throw MicroError(.conflict, "no") }
        }
        let system = fixture.broker?.name ?? ""
        let published = [
            ("messaging.system", system), ("messaging.operation.name", "publish"),
            ("messaging.destination.name", topic),
        ]
        let handled = [
            ("messaging.system", system), ("messaging.operation.name", "process"),
            ("messaging.destination.name", topic), ("messaging.consumer.group.name", "q"),
        ]
        let failed = handled + [("error.type", "conflict")]
        let successes: Int64 = brokerKind == .atLeastOnce ? 2 : 1
        try await fixture.whileServing([service], gracefully: true) {
            for name in ["good", "bad"] { try await service.publish(UserCreated(name: name), to: topic) }
            #expect(
                await eventually {
                    count("messaging.client.consumed.messages", handled) == successes
                        && count("messaging.client.consumed.messages", failed) == 1
                })
            #expect(count("messaging.client.sent.messages", published) == 2)
            #expect(try metrics.expectTimer("messaging.client.operation.duration", published).values.count == 2)
            #expect(try metrics.expectTimer("messaging.process.duration", handled).values.count == Int(successes))
            #expect(try metrics.expectTimer("messaging.process.duration", failed).values.count == 1)
        }
    }

    private func count(_ label: String, _ dimensions: [(String, String)]) -> Int64 {
        (try? metrics.expectCounter(label, dimensions))?.totalValue ?? 0
    }

    @Test func failedPublicationHasAnErrorType() async throws {
        let fixture = try ServiceFixture(broker: .atMostOnce)
        let client = try fixture.makeClient()
        await fixture.broker?.close()
        await #expect(throws: MicroError.self) {
            try await client.publish(UserCreated(name: "x"), to: "measured.closed")
        }
        let dimensions = [
            ("messaging.system", fixture.broker?.name ?? ""), ("messaging.operation.name", "publish"),
            ("messaging.destination.name", "measured.closed"), ("error.type", "closed"),
        ]
        #expect(count("messaging.client.sent.messages", dimensions) == 1)
        await client.close()
    }

    @Test func topicsBeyondTheLimitShareOneSeries() async throws {
        _ = metrics
        let events = EventMetrics(.publish, system: "bounded")
        for number in 0..<(EventMetrics.maxTopics + 5) { try await events.measure("t\(number)") {} }
        let other = [
            ("messaging.system", "bounded"), ("messaging.operation.name", "publish"),
            ("messaging.destination.name", "_OTHER"),
        ]
        #expect(count("messaging.client.sent.messages", other) == 5)
    }

    @Test func subscriptionsAreListedByDebugEndpoints() async throws {
        let fixture = try ServiceFixture(broker: .atMostOnce)
        let service = try fixture.makeService("mailer")
        service.subscribe("user.created", queue: "mails") { (event: UserCreated, _) in
            if event.name == "bad" { throw MicroError(.internal, "no") }
        }
        service.subscribe("user.deleted") { (_: UserCreated, _) in }
        struct Empty: Codable, Sendable {}
        struct Summary: Codable, Sendable { var subscriptions: [DebugEndpoints.SubscriptionSummary] }
        try await fixture.whileServing([service]) {
            for name in ["good", "bad"] { try await service.publish(UserCreated(name: name), to: "user.created") }
            let client = try fixture.makeClient()
            #expect(
                await eventually {
                    let summary = try? await client.call(
                        "mailer", "Debug.Endpoints", Empty(), returning: Summary.self)
                    let all = summary?.subscriptions ?? []
                    return all.map(\.topic) == ["user.created", "user.deleted"] && all.map(\.queue) == ["mails", nil]
                        && all.map(\.events) == [2, 0] && all.map(\.errors) == [1, 0]
                })
            await client.close()
        }
    }
}
