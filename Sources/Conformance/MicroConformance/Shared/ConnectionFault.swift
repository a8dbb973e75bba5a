// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A fault of connections that is checked for registries and for brokers.
struct ConnectionFault: Sendable {
    /// The ID of the registry case.
    let registryID: String
    /// The ID of the broker case.
    let brokerID: String
    /// The connections during the fault, in the plural, such as `refused connections`.
    let name: String
    let registryFault: NetworkFault
    let brokerFault: NetworkFault
    /// Whether open connections are reset when the fault begins.
    let resetsOpenConnections: Bool
    let registryEffect: FaultScenario.Effect
    let brokerEffect: FaultScenario.Effect

    private init(
        _ registryID: String, _ brokerID: String, _ name: String, _ fault: NetworkFault,
        brokerFault: NetworkFault? = nil, dropping resetsOpenConnections: Bool = false,
        registry registryEffect: FaultScenario.Effect, broker brokerEffect: FaultScenario.Effect
    ) {
        self.registryID = registryID
        self.brokerID = brokerID
        self.name = name
        registryFault = fault
        self.brokerFault = brokerFault ?? fault
        self.resetsOpenConnections = resetsOpenConnections
        self.registryEffect = registryEffect
        self.brokerEffect = brokerEffect
    }

    /// The reason for these cases.
    static let rationale = "A server that is down is not the only way in which a network connection fails."

    /// The faults. A broker with at-most-once delivery cannot detect that a message was sent into a dead connection:
    /// publishing may succeed where a registry's operation must fail.
    static let all: [ConnectionFault] = {
        let outage = FaultScenario.Effect.failure(MicroError.Code.outage)
        return [
            ConnectionFault(
                "R60", "B48", "refused connections", .refuse, dropping: true, registry: outage, broker: outage),
            ConnectionFault(
                "R61", "B49", "connections that are accepted without any response", .unresponsive, dropping: true,
                registry: outage, broker: outage),
            ConnectionFault(
                "R62", "B50", "connections with high latency", .latency(.milliseconds(50), jitter: .milliseconds(30)),
                registry: .none, broker: .none),
            ConnectionFault(
                "R63", "B67", "connections with 2 KB per second", .bandwidthLimit(bytesPerSecond: 2048),
                registry: .either, broker: .either),
            ConnectionFault(
                "R64", "B51", "connections that transfer byte by byte", .slice, registry: .none, broker: .none),
            ConnectionFault("R65", "B52", "black-holed connections", .blackHole, registry: outage, broker: .either),
            ConnectionFault(
                "R66", "B53", "connections half closed by the server", .halfClose, registry: .either, broker: .either),
            ConnectionFault("R67", "B54", "reset connections", .reset, registry: outage, broker: .either),
            ConnectionFault(
                "R68", "B55", "connections cut off in the middle of a message", .cut(afterBytes: 100),
                brokerFault: .cut(afterBytes: 700).inDirection(.both), registry: outage, broker: .either),
            ConnectionFault(
                "R69", "B56", "connections that are closed late", .slowClose(.milliseconds(300)), registry: .none,
                broker: .none),
            ConnectionFault(
                "R70", "B57", "connections that are reset every 100 ms", .flap(every: .milliseconds(100)),
                registry: .either, broker: .either),
        ]
    }()
}
