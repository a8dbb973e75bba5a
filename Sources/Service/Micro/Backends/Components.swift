// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import MicroCore

/// The registry, the transport and the broker of a client or a service: given, or made from the configuration.
struct Components: Sendable {
    /// How long a broker may take to close.
    static let closeTimeout = Duration.seconds(5)

    let registry: any Registry
    let transport: any Transport
    let broker: any Broker
    private let ownsRegistry: Bool
    private let ownsTransport: Bool
    private let ownsBroker: Bool

    init(
        registry: (any Registry)?, transport: (any Transport)?, broker: (any Broker)?, backends: Backends,
        configuration: ConfigReader
    ) throws {
        self.registry = try registry ?? backends.makeRegistry(configuration)
        self.transport = try transport ?? backends.makeTransport(configuration)
        self.broker = try broker ?? backends.makeBroker(configuration, registry: self.registry)
        ownsRegistry = registry == nil
        ownsTransport = transport == nil
        ownsBroker = broker == nil
    }

    /// Closes what was made here, and leaves alone what was given.
    func close() async {
        // First, since it may use the registry.
        if ownsBroker { await broker.close(deadline: .now + Self.closeTimeout) }
        if ownsTransport { await transport.close() }
        if ownsRegistry { await registry.close() }
    }
}
