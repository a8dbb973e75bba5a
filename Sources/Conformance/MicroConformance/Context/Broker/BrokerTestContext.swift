// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import Synchronization

/// The environment of a broker case: two independent clients, and topics that no other case uses.
public final class BrokerTestContext: Sendable {
    /// The harness of the adapter under test.
    package let harness: any BrokerHarness
    /// The prefix of the topics, queues and durable names of the case, new for each case.
    package let prefix: String
    /// The client that publishes, in most cases.
    package let publisher: any Broker
    /// The client that subscribes, in most cases.
    package let subscriber: any Broker

    package let backendFixture: BackendFixture

    private let clients: ClientPool<any Broker>
    private let recorders = Mutex<[DeliveryRecorder]>([])

    init(harness: any BrokerHarness, prefix: String) async throws {
        let clients = ClientPool<any Broker> { await $0.close(deadline: .now + .seconds(1)) }
        (publisher, subscriber) = try await clients.makePair {
            try await harness.makeClient(BrokerClientOptions())
        }
        self.harness = harness
        self.prefix = prefix
        self.clients = clients
        backendFixture = BackendFixture(harness)
    }
}

extension BrokerTestContext: BackendTestContext {
    package static var catalog: [BrokerCase] { BrokerCase.all }

    package var bounds: BrokerBounds { harness.bounds }

    /// The capabilities of the adapter.
    var capabilities: BrokerCapabilities { publisher.capabilities }

    /// The names of the features and of the delivery guarantee.
    package var claims: [String] { capabilities.features.names + [capabilities.delivery.rawValue] }

    package var secrets: [String] { harness.secrets }

    package func makeClient(_ configure: (inout BrokerClientOptions) -> Void = { _ in }) async throws -> any Broker {
        var options = BrokerClientOptions()
        configure(&options)
        return clients.add(try await harness.makeClient(options))
    }

    package func cleanUp() async throws {
        for recorder in recorders.withLock(\.self) {
            await recorder.subscription.cancel()
            await recorder.stop()
        }
        await close()
        try await harness.badSubscribers?.removeAll()
        try await harness.removeLeftovers(prefix)
    }

    package func close() async {
        await clients.closeAll()
        await backendFixture.closeProxies()
    }
}

extension BrokerTestContext {
    /// A topic of the case.
    package func topic(_ name: String = "events") -> String { "\(prefix).\(name)" }

    /// A queue or a durable name of the case.
    package func queue(_ name: String = "queue") -> String { "\(prefix)-\(name)" }

    /// A queue if the adapter claims queues, otherwise nil.
    var queueIfClaimed: String? { claims.contains("queues") ? queue() : nil }

    /// Subscribes and records every delivery.
    ///
    /// - Parameters:
    ///   - client: The client that subscribes; ``subscriber`` by default.
    ///   - handle: Called for each delivery; acknowledges it by default.
    package func record(
        _ client: (any Broker)? = nil, topic: String? = nil, queue: String? = nil,
        _ configure: (inout SubscribeOptions) -> Void = { _ in },
        handle: @escaping @Sendable (Delivery) async -> Void = { $0.acknowledge() }
    ) async throws -> DeliveryRecorder {
        var options = SubscribeOptions()
        configure(&options)
        let subscription = try await (client ?? subscriber).subscribe(
            to: topic ?? self.topic(), queue: queue, options: options)
        return record(subscription, handle: handle)
    }

    /// Records every delivery of a subscription.
    func record(
        _ subscription: Subscription, handle: @escaping @Sendable (Delivery) async -> Void = { $0.acknowledge() }
    ) -> DeliveryRecorder {
        let recorder = DeliveryRecorder(subscription, handle: handle)
        recorders.withLock { $0.append(recorder) }
        return recorder
    }

    /// Sets the acknowledgement timeout of the bounds where acknowledgements are claimed, so that messages sent into a
    /// dead connection are redelivered within the bounds.
    var fastRedelivery: (inout SubscribeOptions) -> Void {
        { [bounds, claims] options in
            if claims.contains("acknowledgements") {
                options.acknowledgementTimeout = bounds.timeouts.acknowledgement
            }
        }
    }

    /// Publishes texts one after another.
    ///
    /// - Parameter client: The client that publishes; ``publisher`` by default.
    package func publish(
        _ texts: [String], to topic: String? = nil, by client: (any Broker)? = nil
    ) async throws {
        for text in texts {
            try await (client ?? publisher).publish(BrokerMessage(text: text), to: topic ?? self.topic())
            // Publishing to the memory broker normally does not suspend: without this, thousands of messages would
            // delay all other tasks.
            await Task.yield()
        }
    }

    /// The decimal numbers of a range, as message texts.
    func texts(_ range: Range<Int>) -> [String] { range.map(String.init) }
}
