// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import MicroCore

extension HTTPBrokerConfiguration {
    /// Creates a configuration from settings. If it has no host, the broker listens on the host of the service,
    /// on a free port, so that a network path to the service also reaches the broker.
    ///
    /// Configuration keys:
    /// - `micro.broker.address` (`MICRO_BROKER_ADDRESS`): the listening address; by default the host of
    ///   `micro.server.address` with a free port.
    /// - `micro.broker.advertise` (`MICRO_BROKER_ADVERTISE`): the address for publishers; by default the host of
    ///   `micro.server.advertise` with the listening port.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting.
    public init(configReader reader: ConfigReader) throws {
        self.init()
        let server = try reader.address(forKey: "micro.server.address").map { Address(host: $0.host, port: 0) }
        let own = try reader.address(forKey: "micro.broker.address")
        address = own ?? server ?? address
        // If the broker uses the host of the service, errors about the advertised address name the service's variable.
        if own == nil, server != nil { advertiseSetting = "MICRO_SERVER_ADVERTISE" }
        advertise =
            try reader.address(forKey: "micro.broker.advertise")
            ?? reader.address(forKey: "micro.server.advertise").map { Address(host: $0.host) }
    }
}
