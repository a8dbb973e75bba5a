// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroNATS
import NIOCore
import TestServers
import TestSupport
import Testing

/// The number of clients of a host with many services, on one server with default limits.
@Suite(.faultRun, .requiresLocalNATS, .nats, .serialized, .timeLimit(.minutes(5))) struct NATSManyClientsFaultTests {
    private static let (clientCount, topicCount) = (40, 16)

    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    @Test func fortyClientsWithSixteenSubscriptionsReceiveEverything() async throws {
        let (url, topics) = (server.url, (0..<Self.topicCount).map { "topic.\($0)" })
        try await withBrokers(configuration(url)) { publisher, _ in
            let start = ContinuousClock.now
            let clients = try await withThrowingTaskGroup(of: (NATSBroker, [DeliveryCollector]).self) { group in
                for _ in 0..<Self.clientCount {
                    group.addTask {
                        let broker = try NATSBroker(configuration: configuration(url))
                        var collectors: [DeliveryCollector] = []
                        for topic in topics {
                            collectors.append(DeliveryCollector(try await broker.subscribe(to: topic)))
                        }
                        return (broker, collectors)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            print("40 clients with 16 subscriptions of NATS are ready after \(ContinuousClock.now - start)")
            func allHave(_ text: String) -> Bool {
                clients.allSatisfy { _, collectors in collectors.allSatisfy { $0.texts.contains(text) } }
            }
            func publish(_ text: String) async throws {
                for topic in topics { try await publisher.publish(BrokerMessage(text: text), to: topic) }
            }
            try await publish("before")
            #expect(await eventually { allHave("before") })
            #expect(try await server.resourceCounts().connections == Self.clientCount + 1)

            // All reconnect at the same time.
            try await server.restart()
            let restart = ContinuousClock.now
            // At most once: a client does not get messages that are published before it has subscribed again.
            #expect(
                await eventually {
                    try? await publish("after")
                    return allHave("after")
                })
            print("40 clients with 16 subscriptions of NATS receive \(ContinuousClock.now - restart) after its restart")
            for (broker, _) in clients { await broker.close(deadline: .now + .seconds(2)) }
        }
    }
}
