// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroConformance
package import MicroCore
import MicroMemory
import NIOCore

/// The harness of the memory broker, with its own backend.
package struct MemoryBrokerHarness: BrokerHarness {
    /// The adapter.
    package let subject: TestSubject

    /// The guarantees of the adapter. Every operation takes effect immediately; the bounds allow for a loaded machine.
    package let bounds: BrokerBounds

    private let delivery: DeliveryGuarantee
    private let backend = MemoryBackend()

    /// Creates a harness for a delivery guarantee.
    package init(
        _ delivery: DeliveryGuarantee,
        bounds: BrokerBounds = BrokerBounds(
            timeouts: .init(
                acknowledgement: .milliseconds(300), recovery: .seconds(5), halfOpen: .seconds(1),
                observationWindow: .milliseconds(50)))
    ) {
        self.delivery = delivery
        self.bounds = bounds
        subject = TestSubject(
            adapter: "MemoryBroker (\(delivery))", adapterVersion: SwiftMicro.version, backend: "memory",
            backendVersion: "-")
    }

    /// Stops, starts and wipes the backend, which cannot be paused.
    package var control: (any BackendControl)? { MemoryBrokerControl(backend: backend) }

    /// Another broker, because the backend has no other interface.
    package var peer: (any BrokerPeer)? {
        MemoryBrokerPeer(broker: MemoryBroker(backend: backend, delivery: delivery))
    }

    /// See ``MicroConformance/BrokerHarness/makeClient(_:)``.
    package func makeClient(_ options: BrokerClientOptions) async throws -> any Broker {
        var configuration = MemoryBroker.Configuration()
        configuration.delivery = delivery
        configuration.timeout = options.timeout ?? configuration.timeout
        return MemoryBroker(backend: backend, configuration: configuration)
    }

    /// Counts the open subscriptions.
    package func resourceCounts() async throws -> ResourceCounts? {
        ResourceCounts(subscriptions: backend.openSubscriptionCount)
    }

    /// Wipes the backend, which only this harness uses.
    package func removeLeftovers(_ prefix: String) async throws { backend.wipeBrokers() }
}

/// Controls the brokers of a memory backend.
private struct MemoryBrokerControl: BackendControl {
    let backend: MemoryBackend
    let actions: Set<BackendAction> = [.stop, .kill, .start, .wipe]

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop, .kill: backend.stopBrokers()
        case .start: backend.startBrokers()
        case .wipe: backend.wipeBrokers()
        case .pause, .resume, .compact, .revoke, .revokeCredentials:
            throw MicroError(.unsupported, "the memory broker has no action \(action)", origin: "conformance")
        }
    }
}

private struct MemoryBrokerPeer: BrokerPeer {
    let broker: MemoryBroker

    func publish(_ body: ByteBuffer, to topic: String) async throws {
        try await broker.publish(BrokerMessage(body: body), to: topic)
    }
}
