// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import MicroCore
import MicroHTTP

extension HTTPBrokerConfiguration {
    /// The defaults, changed by `micro.broker.address` (`MICRO_BROKER_ADDRESS`) and `micro.broker.advertise`. Without them
    /// the broker of a service is where the service is, at a port of its own: who calls the one reaches the other.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` that names the setting.
    init(configReader reader: ConfigReader) throws {
        self.init()
        func address(_ key: ConfigKey) throws -> Address? { try reader.string(forKey: key).map(Address.init(parsing:)) }
        let server = try address("micro.server.address").map { Address(host: $0.host, port: 0) }
        self.address = try address("micro.broker.address") ?? server ?? self.address
        advertise =
            try address("micro.broker.advertise") ?? address("micro.server.advertise").map { Address(host: $0.host) }
    }
}
