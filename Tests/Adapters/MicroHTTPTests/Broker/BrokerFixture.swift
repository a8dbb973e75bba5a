// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import MicroMemory
import NIOCore
import TestServers
import TestSupport

/// Two brokers on one registry, which are closed at the end.
struct BrokerFixture: Sendable {
    let registry: any Registry
    let log = LogRecorder()
    var configuration = HTTPBrokerConfiguration()

    /// Runs a body with a subscribing and a publishing broker, which share only the registry.
    func run(_ body: (_ subscriber: HTTPBroker, _ publisher: HTTPBroker) async throws -> Void) async throws {
        let subscriber = try HTTPBroker(registry: registry, configuration: configuration, logger: log.logger)
        let publisher = try HTTPBroker(registry: registry, configuration: configuration, logger: log.logger)
        let result: Result<Void, any Error>
        do { result = .success(try await body(subscriber, publisher)) } catch { result = .failure(error) }
        await publisher.close(deadline: .now + .seconds(5))
        await subscriber.close(deadline: .now + .seconds(5))
        try result.get()
    }
}

extension BrokerFixture {
    /// Brokers on a new memory registry.
    static func inMemory(_ change: (inout HTTPBrokerConfiguration) -> Void = { _ in }) -> BrokerFixture {
        var brokers = BrokerFixture(registry: MemoryRegistry(backend: MemoryBackend()))
        change(&brokers.configuration)
        return brokers
    }
}

extension Registry {
    /// The nodes of a topic's subscribers.
    func subscribers(of topic: String) async throws -> [Node] { try await lookUp("topic:\(topic)").flatMap(\.nodes) }

    /// Registers a subscriber that belongs to neither broker.
    func addSubscriber(
        of topic: String, queue: String = "ff.http.broadcast", id: String = "broker-1.1", port: Int
    ) async throws {
        let node = Node(id: id, address: "127.0.0.1", port: port, metadata: ["secure": "false"])
        try await register(ServiceRecord(name: "topic:\(topic)", version: queue, nodes: [node]), timeToLive: nil)
    }
}

extension Subscription {
    /// Returns the next `count` deliveries.
    ///
    /// - Throws: `deadlineExceeded` if they do not arrive in time.
    func first(_ count: Int, within limit: Duration = .seconds(20)) async throws -> [Delivery] {
        let timeoutError = MicroError(.deadlineExceeded, "fewer than \(count) deliveries arrived within \(limit)")
        return try await withDeadline(.now + limit, orThrow: timeoutError) {
            var deliveries: [Delivery] = []
            for await delivery in self {
                deliveries.append(delivery)
                if deliveries.count == count { break }
            }
            return deliveries
        }
    }

    /// Whether no delivery arrives for 100 ms.
    func staysEmpty() async -> Bool { (try? await first(1, within: .milliseconds(100))) == nil }
}

extension Delivery {
    var text: String { String(buffer: message.body) }
}
