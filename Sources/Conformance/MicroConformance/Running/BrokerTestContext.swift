// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import NIOCore
import Synchronization

/// What a case works with: two independent clients, topics of its own, the bounds, and ways to wait.
public final class BrokerTestContext: ConformanceTestContext {
    /// The broker contract.
    public static var catalog: [BrokerCase] { BrokerCase.all }

    /// What the case is run against.
    public let harness: any BrokerHarness
    /// What its topics, queues and durable names begin with; fresh for each case.
    public let prefix: String
    /// The client that publishes, most often.
    public let a: any Broker
    /// The client that subscribes, most often.
    public let b: any Broker
    /// The way to the backend.
    public let backendFixture: BackendFixture

    private let clients: Mutex<[any Broker]>
    private let recorders = Mutex<[DeliveryRecorder]>([])

    /// What the adapter promises.
    public var bounds: BrokerBounds { harness.bounds }

    /// What it can do.
    public var capabilities: BrokerCapabilities { a.capabilities }

    /// The names of its features, and of its delivery class.
    public var claims: [String] { capabilities.features.names + [capabilities.delivery.rawValue] }

    init(harness: any BrokerHarness, prefix: String) async throws {
        let a = try await harness.makeClient(BrokerClientOptions())
        do { b = try await harness.makeClient(BrokerClientOptions()) } catch {
            await a.close(deadline: .now)
            throw error
        }
        self.harness = harness
        self.prefix = prefix
        self.a = a
        clients = Mutex([a, b])
        backendFixture = BackendFixture(harness)
    }

    /// One more client.
    public func makeClient(_ change: (inout BrokerClientOptions) -> Void = { _ in }) async throws -> any Broker {
        var options = BrokerClientOptions()
        change(&options)
        let client = try await harness.makeClient(options)
        clients.withLock { $0.append(client) }
        return client
    }

    /// Ends the subscriptions of the case, closes its clients, and has the backend forget what they have left.
    public func cleanUp() async throws {
        for recorder in recorders.withLock(\.self) {
            await recorder.subscription.cancel()
            await recorder.stop()
        }
        await close()
        try await harness.badSubscribers?.removeAll()
        try await harness.removeLeftovers(prefix)
    }

    /// Closes the clients of the case.
    public func close() async {
        for client in clients.withLock(\.self) { await client.close(deadline: .now + .seconds(1)) }
        await backendFixture.closeProxies()
    }
}

extension BrokerTestContext {
    /// A topic of the case.
    public func topic(_ name: String = "events") -> String { "\(prefix).\(name)" }

    /// A queue, or a durable name, of the case.
    public func queue(_ name: String = "queue") -> String { "\(prefix)-\(name)" }

    /// Subscribes, and keeps every delivery.
    ///
    /// - Parameter handle: Called for each delivery; acknowledges it by default.
    public func record(
        _ client: (any Broker)? = nil, topic: String? = nil, queue: String? = nil,
        _ change: (inout SubscribeOptions) -> Void = { _ in },
        handle: @escaping @Sendable (Delivery) async -> Void = { $0.acknowledge() }
    ) async throws -> DeliveryRecorder {
        var options = SubscribeOptions()
        change(&options)
        return record(
            try await (client ?? b).subscribe(to: topic ?? self.topic(), queue: queue, options: options), handle: handle
        )
    }

    /// Keeps every delivery of a subscription.
    public func record(
        _ subscription: Subscription, handle: @escaping @Sendable (Delivery) async -> Void = { $0.acknowledge() }
    ) -> DeliveryRecorder {
        let recorder = DeliveryRecorder(subscription, handle)
        recorders.withLock { $0.append(recorder) }
        return recorder
    }

    /// Options by which what was delivered into a dead connection comes again within the bounds, where it does.
    var fastRedelivery: (inout SubscribeOptions) -> Void {
        { [bounds, claims] options in
            if claims.contains("acknowledgements") { options.acknowledgementTimeout = bounds.acknowledgementTimeout }
        }
    }

    /// Publishes texts one after the other.
    public func publish(_ texts: [String], to topic: String? = nil, by client: (any Broker)? = nil) async throws {
        for text in texts { try await (client ?? a).publish(BrokerMessage(text: text), to: topic ?? self.topic()) }
    }

    /// Waits until exactly these texts have come, each once, in any order; and that no more come.
    public func eventually(
        _ recorder: DeliveryRecorder, gets texts: [String], within bound: Duration? = nil
    ) async throws {
        try await eventually("\(texts.count) deliveries have come", within: bound) { recorder.count >= texts.count }
        try expect(recorder.texts.sorted(), is: texts.sorted(), "what has come")
    }

    /// Waits until the backend holds no more subscriptions than before, nor connections than two clients may have more.
    func eventuallyUsesNoMoreResources(than before: ResourceCounts?) async throws {
        guard let before else { return }
        try await eventually("the backend holds no more than before", within: bounds.recoveryTimeout) {
            let now = try await self.harness.resourceCounts()
            let subscriptions = (now?.subscriptions ?? 0) - (before.subscriptions ?? 0)
            let connections = (now?.connections ?? 0) - (before.connections ?? 0)
            return subscriptions <= 0 && connections <= 2 * self.bounds.maxConnections
        }
    }

    /// Waits until a message of a client comes to a recorder, again and again: after a disturbance the one or the other
    /// may not be back yet.
    func eventuallyDelivers(
        from client: any Broker, to recorder: DeliveryRecorder, on topic: String? = nil, within bound: Duration? = nil
    ) async throws {
        let bound = bound ?? bounds.recoveryTimeout
        let probe = Probe()
        try await eventually("messages flow again on \(topic ?? self.topic())", within: bound) {
            let seen = recorder.texts.contains { $0.hasPrefix(probe.prefix) }
            if !seen {
                do { try await self.publish([probe.next()], to: topic, by: client) } catch is MicroError {}
                // It takes its time, and the next one is not better.
                try await Task.sleep(for: .milliseconds(10))
            }
            return seen
        }
    }
}

/// Texts that are told from those of a case, and from those of other probes.
private final class Probe: Sendable {
    let prefix = "probe-\(UInt32.random(in: .min ... .max))-"
    private let number = Atomic(0)

    func next() -> String { prefix + "\(number.wrappingAdd(1, ordering: .relaxed).newValue)" }
}

extension Sequence<String> {
    /// Those that are no probes.
    var withoutProbes: [String] { filter { !$0.hasPrefix("probe-") } }
}

/// Numbers as texts: `0`, `1` and so on.
func texts(_ range: Range<Int>) -> [String] { range.map(String.init) }
