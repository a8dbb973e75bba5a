// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import MicroCore

/// The registry and the transport of a client or a service: given, or made from the configuration.
struct Components: Sendable {
    let registry: any Registry
    let transport: any Transport
    private let ownsRegistry: Bool
    private let ownsTransport: Bool

    init(
        registry: (any Registry)?, transport: (any Transport)?, backends: Backends, configuration: ConfigReader
    ) throws {
        self.registry = try registry ?? backends.makeRegistry(configuration)
        self.transport = try transport ?? backends.makeTransport(configuration)
        ownsRegistry = registry == nil
        ownsTransport = transport == nil
    }

    /// Closes what was made here, and leaves alone what was given.
    func close() async {
        if ownsTransport { await transport.close() }
        if ownsRegistry { await registry.close() }
    }
}
