// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A fault between a client and its backend that begins and ends while the client works.
struct FaultScenario: Sendable {
    /// The required outcome of operations during the fault.
    enum Effect: Sendable {
        /// The operations succeed.
        case none
        /// They fail with one of these codes.
        case failure(Set<MicroError.Code>)
        /// They succeed or fail.
        case either
    }

    let effect: Effect
    /// The address that the client connects to.
    let address: Address
    let begin: @Sendable () -> Void
    let end: @Sendable () -> Void
    /// An upper bound of the number of requests, or of connection attempts, that the client has made so far.
    let requestCount: @Sendable () -> Int
    let openConnections: @Sendable () -> Int

    /// Whether operations must succeed during the fault.
    var mustSucceed: Bool { if case .none = effect { true } else { false } }

    /// The time limit of operations: longer where slow operations must succeed.
    var timeout: Duration { mustSucceed ? .seconds(5) : .seconds(1) }
}

extension FaultScenario {
    /// A fault of the network, caused by a proxy.
    ///
    /// - Parameters:
    ///   - resetsOpenConnections: Whether open connections are reset when the fault begins.
    ///   - counting: The number that is limited: requests or connections.
    init(
        _ fault: NetworkFault, by proxy: FaultProxy, dropping resetsOpenConnections: Bool = false, _ effect: Effect,
        counting count: @escaping @Sendable (ProxyTraffic) -> Int
    ) {
        self.init(
            effect: effect, address: proxy.address,
            begin: {
                proxy.faults = [fault]
                if resetsOpenConnections { proxy.dropConnections() }
            },
            end: { proxy.faults = [] }, requestCount: { count(proxy.traffic) },
            openConnections: { proxy.traffic.openConnections })
    }

    /// A fault of HTTP responses, caused by a proxy.
    init(_ fault: HTTPFault, by proxy: HTTPFaultProxy, _ effect: Effect) {
        self.init(
            effect: effect, address: proxy.address, begin: { proxy.faults = [fault] }, end: { proxy.faults = [] },
            requestCount: { proxy.requestCount }, openConnections: { proxy.traffic.openConnections })
    }
}

/// The maximum number of requests of a client during a fault.
struct RequestBudget: Sendable {
    let perOperation: Int
    let perSecond: Int

    func limit(operations: Int, seconds: Double) -> Int { operations * perOperation + Int(Double(perSecond) * seconds) }
}
