// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Refuses nodes with link-local addresses. No service has one, but clouds serve credentials there: without
/// this policy, any program that can register a node could read the credentials of the gateway through the gateway.
package enum NodeAddressPolicy {
    /// Link-local addresses (RFC 3927, RFC 4291 section 2.5.6), the unspecified ones, and Amazon's metadata service over IPv6.
    private static let refused = ["169.254.0.0/16", "fe80::/10", "0.0.0.0/8", "::", "fd00:ec2::254"].compactMap {
        try? IPNetwork($0)
    }

    /// Whether a host is an address of these networks.
    package static func refuses(_ host: String) -> Bool {
        let address = plainAddress(host)
        return refused.contains { $0.contains(address) }
    }

    /// The usual form of an address that has another form, which the system's resolver reads as well: an IPv4 address
    /// such as `2852039166` or `0xA9.254.43518`, or an IPv6 address with a zone such as `fe80::1%eth0`. Any other host
    /// is returned as it is.
    private static func plainAddress(_ host: String) -> String {
        if host.contains(":") { return String(host.prefix { $0 != "%" }) }
        var address = in_addr()
        guard inet_aton(host, &address) != 0 else { return host }
        return withUnsafeBytes(of: &address) { $0.map { String($0) }.joined(separator: ".") }
    }

    /// The address at which a node serves HTTP: its own, or that of the app beside a sidecar, which takes the calls of its node.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with 502 for an address that is not valid or not used.
    static func httpAddress(of node: Node, allowsLinkLocal: Bool) throws -> Address {
        let address: Address
        do { address = try node.metadata["http_address"].map(Address.init(parsing:)) ?? Address(node) } catch {
            throw MicroError(
                .init(status: 502), "the node \(node.id) has an invalid http_address: \(error)",
                origin: MicroError.Origin.edge)
        }
        guard !allowsLinkLocal, refuses(address.host) else { return address }
        throw MicroError(
            .init(status: 502), "the node \(node.id) has the link-local address \(address.host), which is not used",
            origin: MicroError.Origin.edge)
    }
}

extension Node {
    /// Whether the node serves HTTP over TLS.
    var usesTLS: Bool { metadata["scheme"] == "https" }
}
