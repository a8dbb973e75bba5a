// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

/// The operations of a broker. A mutant can replace each of them.
struct BrokerHooks: Sendable {
    /// The parameters and the state of a subscription.
    struct Context: Sendable {
        let topic: String
        let queue: String?
        let options: SubscribeOptions
        /// The state of the subscription.
        let state = MutantState()
    }

    /// The broker without a defect.
    let base: any Broker
    /// The state of this client.
    let clientState = MutantState()
    /// The state that all clients share.
    let sharedState: MutantState

    var publish: @Sendable (BrokerMessage, String) async throws -> Void
    var subscribe: @Sendable (String, String?, SubscribeOptions) async throws -> Subscription
    var request: @Sendable (BrokerMessage, String, ContinuousClock.Instant) async throws -> BrokerMessage
    /// Replaces a delivery by any number of deliveries. Nil for no change.
    var deliver: (@Sendable (Delivery, Context) -> [Delivery])?
    /// Whether deliveries can be settled although the broker has no acknowledgements.
    var alwaysSettles = false
    /// Whether the subscription ends when the broker without a defect ends it.
    var endsWithBroker = true
    var close: @Sendable (ContinuousClock.Instant) async -> Void

    init(_ base: any Broker, _ sharedState: MutantState) {
        self.base = base
        self.sharedState = sharedState
        publish = { try await base.publish($0, to: $1) }
        subscribe = { try await base.subscribe(to: $0, queue: $1, options: $2) }
        request = { try await base.request($0, to: $1, deadline: $2) }
        close = { await base.close(deadline: $0) }
    }
}

extension Delivery {
    /// A changed copy of the delivery. Its settlement and reply go to the original.
    func changed(
        topic: String? = nil, message: BrokerMessage? = nil, attempt: Int? = nil,
        settle: (@Sendable (Settlement) -> Void)? = nil
    ) -> Delivery {
        let reply: (@Sendable (BrokerMessage) async throws -> Void)? =
            if isRequest { { message in try await self.reply(with: message) } } else { nil }
        return Delivery(
            topic: topic ?? self.topic, message: message ?? self.message, attempt: attempt ?? self.attempt,
            settle: settle ?? { settlement in self.forward(settlement) }, reply: reply)
    }

    /// The delivery with a changed message.
    func withMessage(_ change: (inout BrokerMessage) -> Void) -> Delivery {
        var message = message
        change(&message)
        return changed(message: message)
    }

    /// The delivery of a broker without acknowledgements.
    func unsettled() -> Delivery {
        let reply: (@Sendable (BrokerMessage) async throws -> Void)? =
            if isRequest { { message in try await self.reply(with: message) } } else { nil }
        return Delivery(topic: topic, message: message, attempt: attempt, reply: reply)
    }

    /// Settles the delivery, if its broker has acknowledgements.
    func forward(_ settlement: Settlement) {
        switch settlement {
        case .acknowledged: acknowledge()
        case .rejected(let delay): try? reject(after: delay)
        case .returned: try? reject()
        }
    }
}

/// The source that feeds a subscription of a mutant.
struct MutantSource: Sendable {
    let base: Subscription.Source
    /// Whether deliveries can be settled: otherwise, rejecting one is unsupported.
    let settles: Bool

    /// Adds a delivery.
    func yield(_ delivery: Delivery) { base.yield(settles ? delivery : delivery.unsettled()) }
}

/// A broker that consists of hooks.
struct HookedBroker: Broker {
    let hooks: BrokerHooks

    var name: String { hooks.base.name }
    var capabilities: BrokerCapabilities { hooks.base.capabilities }
    var description: String { hooks.base.description }

    func publish(_ message: BrokerMessage, to topic: String) async throws { try await hooks.publish(message, topic) }

    func request(_ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant) async throws
        -> BrokerMessage
    { try await hooks.request(message, topic, deadline) }

    func subscribe(to topic: String, queue: String?, options: SubscribeOptions) async throws -> Subscription {
        let inner = try await hooks.subscribe(topic, queue, options)
        guard let deliver = hooks.deliver else { return inner }
        let context = BrokerHooks.Context(topic: topic, queue: queue, options: options)
        let (subscription, base) = Subscription.makeStream(options: options) { Task { await inner.cancel() } }
        let source = MutantSource(
            base: base, settles: hooks.alwaysSettles || capabilities.features.contains(.acknowledgements))
        Task { [endsWithBroker = hooks.endsWithBroker] in
            for await delivery in inner {
                for each in deliver(delivery, context) { source.yield(each) }
            }
            if endsWithBroker { base.finish() }
        }
        return subscription
    }

    func close(deadline: ContinuousClock.Instant) async { await hooks.close(deadline) }
}

/// The harness of a broker with hooks.
struct HookedBrokerHarness: BrokerHarness {
    let base: any BrokerHarness
    /// Whether other cases use the backend at the same time, so that it cannot be controlled.
    let isShared: Bool
    let change: @Sendable (inout BrokerHooks) -> Void
    private let sharedState = MutantState()

    init(
        _ base: any BrokerHarness, isShared: Bool = false, _ change: @escaping @Sendable (inout BrokerHooks) -> Void
    ) {
        self.base = base
        self.isShared = isShared
        self.change = change
    }

    var subject: TestSubject { base.subject }
    var bounds: BrokerBounds { base.bounds }
    var control: (any BackendControl)? {
        isShared ? nil : base.control.map { ObservedControl(base: $0, state: sharedState) }
    }
    var endpoint: BackendEndpoint? { base.endpoint }
    var credentials: Set<CredentialKind> { base.credentials }
    var secrets: [String] { base.secrets }
    var peer: (any BrokerPeer)? { base.peer }
    var badSubscribers: (any BadSubscribers)? { base.badSubscribers }

    func makeClient(_ options: BrokerClientOptions) async throws -> any Broker {
        var hooks = BrokerHooks(try await base.makeClient(options), sharedState)
        change(&hooks)
        return HookedBroker(hooks: hooks)
    }

    func resourceCounts() async throws -> ResourceCounts? { isShared ? nil : try await base.resourceCounts() }
    func removeLeftovers(_ prefix: String) async throws { try await base.removeLeftovers(prefix) }
}
