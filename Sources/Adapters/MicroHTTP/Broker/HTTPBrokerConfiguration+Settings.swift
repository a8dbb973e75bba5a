// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import MicroCore

extension HTTPBrokerConfiguration {
    /// The defaults, changed by `micro.broker.address` (`MICRO_BROKER_ADDRESS`) and `micro.broker.advertise`. Without them
    /// the broker of a service is where the service is, at a port of its own: who calls the one reaches the other.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` that names the setting.
    public init(configReader reader: ConfigReader) throws {
        self.init()
        let server = try reader.address(forKey: "micro.server.address").map { Address(host: $0.host, port: 0) }
        address = try reader.address(forKey: "micro.broker.address") ?? server ?? address
        advertise =
            try reader.address(forKey: "micro.broker.advertise")
            ?? reader.address(forKey: "micro.server.advertise").map { Address(host: $0.host) }
    }
}
