// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import MicroCore
import MicroMemory
import NIOCore

/// The memory broker, put to the test on a backend of its own.
public struct MemoryBrokerHarness: BrokerHarness {
    /// What a reader of a report is told.
    public let subject: TestSubject

    /// Everything happens at once; what remains is for a loaded machine.
    public let bounds: BrokerBounds

    private let delivery: DeliveryGuarantee
    private let backend = MemoryBackend()

    /// Creates a harness for a delivery class.
    public init(
        _ delivery: DeliveryGuarantee,
        bounds: BrokerBounds = BrokerBounds(
            timeouts: .init(
                acknowledgement: .milliseconds(300), recovery: .seconds(5), observationWindow: .milliseconds(50)))
    ) {
        self.delivery = delivery
        self.bounds = bounds
        subject = TestSubject(
            adapter: "MemoryBroker (\(delivery))", adapterVersion: SwiftMicro.version, backend: "memory",
            backendVersion: "-")
    }

    /// Stops, starts and wipes the memory. It cannot be halted.
    public var control: (any BackendControl)? { MemoryBrokerControl(backend: backend) }

    /// Another broker: memory has no other way in.
    public var peer: (any BrokerPeer)? { MemoryBrokerPeer(broker: MemoryBroker(backend: backend, delivery: delivery)) }

    /// See ``MicroConformance/BrokerHarness/makeClient(_:)``.
    public func makeClient(_ options: BrokerClientOptions) async throws -> any Broker {
        var configuration = MemoryBroker.Configuration()
        configuration.delivery = delivery
        configuration.timeout = options.timeout ?? configuration.timeout
        return MemoryBroker(backend: backend, configuration: configuration)
    }

    /// The open subscriptions.
    public func resourceCounts() async throws -> ResourceCounts? {
        ResourceCounts(subscriptions: backend.openSubscriptions)
    }

    /// The backend is of the harness alone: everything goes.
    public func removeLeftovers(_ prefix: String) async throws { backend.wipeBrokers() }
}

/// What can be done to memory.
private struct MemoryBrokerControl: BackendControl {
    let backend: MemoryBackend
    let actions: Set<BackendAction> = [.stop, .kill, .start, .wipe]

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop, .kill: backend.stopBrokers()
        case .start: backend.startBrokers()
        case .wipe: backend.wipeBrokers()
        case .pause, .resume, .compact, .revoke, .revokeCredentials:
            throw MicroError(.unsupported, "memory has no action \(action)", origin: "conformance")
        }
    }
}

private struct MemoryBrokerPeer: BrokerPeer {
    let broker: MemoryBroker

    func publish(_ body: ByteBuffer, to topic: String) async throws {
        try await broker.publish(BrokerMessage(body: body), to: topic)
    }
}
