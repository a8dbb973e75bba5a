// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// The address that a listener publishes for its callers.
package enum AdvertisedAddress {
    /// The time limit for finding the route to the registry, including the resolution of its name.
    private static let routeTimeout = Duration.seconds(2)

    /// The configured address; otherwise, the bound address. If that is a wildcard address: the local address of the
    /// route to the registry or, if the registry runs on this host, the first private address of an interface that is
    /// up.
    ///
    /// - Parameters:
    ///   - bound: The address that the listener is bound to.
    ///   - advertise: The configured address. Without a port, the bound port is used.
    ///   - setting: The setting that configures the address, for the error message.
    ///   - servers: The servers of the registry.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if no address is suitable; or `CancellationError`.
    package static func resolve(
        bound: Address, advertise: Address?, setting: String, reachedFrom servers: [Address] = []
    ) async throws -> Address {
        if let advertise { return Address(host: advertise.host, port: advertise.port ?? bound.port) }
        guard bound.isUnspecified else { return bound }
        for server in servers {
            let local = try await LocalRoute.host(towards: server, within: routeTimeout)
            if let local, canServe(local, bound: bound) { return Address(host: local, port: bound.port) }
        }
        let hosts = NetworkInterfaces.runningHosts().filter(isPrivate)
        guard let host = hosts.first(where: { canServe($0, bound: bound) }) else {
            throw noAddressError(bound: bound, hosts: hosts, setting: setting)
        }
        return Address(host: host, port: bound.port)
    }

    /// Whether callers on other hosts can reach a listener at a local address. A listener on `0.0.0.0` gets no IPv6
    /// connections.
    static func canServe(_ host: String, bound: Address) -> Bool {
        let address = Address(host: host)
        let isIPv6 = host.contains(":")
        return !address.isLoopback && !address.isUnspecified && !host.hasPrefix("fe80:")
            && (!isIPv6 || bound.host.contains(":"))
    }

    private static func noAddressError(bound: Address, hosts: [String], setting: String) -> MicroError {
        let port = bound.port.map { ":\($0)" } ?? ""
        // Only IPv6 addresses remain.
        let alternative = hosts.isEmpty ? "" : ", or listen on [::]\(port), which includes the address \(hosts[0])"
        return MicroError(
            .invalidArgument,
            "\(bound) is a wildcard address, and no interface that is up has a private address: set \(setting) to the "
                + "HOST:PORT that callers can reach\(alternative)",
            origin: MicroError.Origin.server)
    }

    /// Whether a text is an address of a private network: IPv4 of RFC 1918 and RFC 6598 (100.64.0.0/10, as in clouds and
    /// overlay networks), or IPv6 of RFC 4193 (fc00::/7).
    package static func isPrivate(_ host: String) -> Bool {
        if host.contains(":") {
            guard let first = host.split(separator: ":", omittingEmptySubsequences: false).first, first.utf8.count == 4,
                let group = UInt16(first, radix: 16)
            else { return false }
            return group & 0xFE00 == 0xFC00
        }
        let parts = host.split(separator: ".").compactMap { UInt8($0) }
        guard parts.count == 4 else { return false }
        return parts[0] == 10 || (parts[0] == 172 && (16...31).contains(parts[1]))
            || (parts[0] == 192 && parts[1] == 168) || (parts[0] == 100 && (64...127).contains(parts[1]))
    }
}
