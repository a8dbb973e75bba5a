// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import MicroCore

/// The registry, transport and broker of a client or a service: given by the caller, or created from the settings.
struct Components: Sendable {
    /// The time limit of closing a broker.
    static let closeTimeout = Duration.milliseconds(500)

    let registry: any Registry
    let transport: any Transport
    let broker: any Broker
    private let ownsRegistry: Bool
    private let ownsTransport: Bool
    private let ownsBroker: Bool

    init(
        registry: (any Registry)?, transport: (any Transport)?, broker: (any Broker)?, backends: Backends,
        configReader: ConfigReader
    ) throws {
        self.registry = try registry ?? backends.makeRegistry(configReader)
        self.transport = try transport ?? backends.makeTransport(configReader)
        self.broker = try broker ?? backends.makeBroker(configReader, registry: self.registry)
        ownsRegistry = registry == nil
        ownsTransport = transport == nil
        ownsBroker = broker == nil
    }

    /// Closes the adapters that were created from the settings.
    func close() async {
        // Close the broker first, because it may use the registry.
        if ownsBroker { await broker.close(deadline: .now + Self.closeTimeout) }
        if ownsTransport { await transport.close() }
        if ownsRegistry { await registry.close() }
    }
}
