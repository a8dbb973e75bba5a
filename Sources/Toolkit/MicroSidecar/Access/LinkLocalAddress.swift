// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroGateway

/// Addresses that clients of a sidecar must not register: those of a machine's own link (RFC 3927, RFC 4291, section 2.5.6),
/// where clouds serve credentials without authentication.
enum LinkLocalAddress {
    /// Checks the nodes of a record, and the addresses at which they serve HTTP.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `permissionDenied` that names the node, or `invalidArgument` for an address of
    ///   HTTP that is not valid.
    static func reject(in record: ServiceRecord) throws {
        for node in record.nodes {
            let http = try node.metadata["http_address"].map(Address.init(parsing:))
            for host in [node.address, http?.host].compactMap(\.self) where NodeAddressPolicy.refuses(host) {
                throw MicroError(
                    .permissionDenied,
                    "the node \(node.id) has the link-local address \(host), which cannot be registered through a sidecar",
                    origin: MicroError.Origin.registry)
            }
        }
    }
}
