// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroHTTP
import MicroMemory

extension Microservice.Configuration {
    /// The record of the service for the registry.
    ///
    /// - Parameters:
    ///   - endpoints: The endpoints of the service.
    ///   - bound: The address that the service listens on.
    ///   - components: The registry, transport and broker of the service.
    ///   - logger: Receives a warning if the service is not reachable from other processes or hosts.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if no address can be advertised.
    func record(
        of endpoints: [Endpoint], at bound: Address, components: Components, logger: Logger
    ) async throws -> ServiceRecord {
        let address = try await AdvertisedAddress.resolve(
            bound: bound, advertise: advertise, setting: "MICRO_SERVER_ADVERTISE",
            reachedFrom: components.registry.serverAddresses)
        logger.info(
            "service listening",
            metadata: ["service": "\(name)", "address": "\(bound)", "advertise": "\(address)"])
        Self.warnIfNotReachableRemotely(address, components, logger)
        var metadata = [
            "transport": components.transport.name, "registry": components.registry.name,
            "broker": components.broker.name, "protocol": "mucp", "server": "rpc",
        ]
        metadata.merge(self.metadata) { $1 }
        let node = Node(id: "\(name)-\(id)", address: address.host, port: address.port, metadata: metadata)
        return ServiceRecord(name: name, version: version, endpoints: endpoints, nodes: [node])
    }

    /// Warns if the registered address is not reachable from other processes or hosts.
    private static func warnIfNotReachableRemotely(_ address: Address, _ components: Components, _ logger: Logger) {
        if components.registry is MemoryRegistry {
            guard components.transport.name != "memory" else { return }
            logger.notice(
                "registered in memory: other processes cannot find the service; set MICRO_REGISTRY to change that")
        } else if address.isLoopback {
            logger.warning(
                "registered a loopback address: other hosts cannot call the service unless MICRO_SERVER_ADDRESS is another one",
                metadata: ["address": "\(address)"])
        }
    }
}
