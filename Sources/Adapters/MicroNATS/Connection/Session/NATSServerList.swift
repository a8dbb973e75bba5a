// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The servers to connect to: the configured servers, and the servers they announced.
struct NATSServerList {
    enum Source: Sendable {
        case configured
        case discovered
    }

    /// Addresses that are tried round robin.
    private struct Ring {
        var addresses: [NATSAddress] = []
        private var position = 0

        init(_ addresses: [NATSAddress] = []) { self.addresses = addresses }

        mutating func next() -> NATSAddress? {
            guard !addresses.isEmpty else { return nil }
            position %= addresses.count
            defer { position += 1 }
            return addresses[position]
        }
    }

    /// The maximum number of announced servers that are kept.
    private static let maxDiscoveredServers = 256

    private var configured: Ring
    private var discovered = Ring()

    init(_ configured: [NATSAddress]) { self.configured = Ring(configured) }

    var hasDiscovered: Bool { !discovered.addresses.isEmpty }

    func count(_ source: Source) -> Int {
        source == .configured ? configured.addresses.count : discovered.addresses.count
    }

    /// The next server to try; nil if there is none.
    mutating func next(_ source: Source) -> NATSAddress? {
        source == .configured ? configured.next() : discovered.next()
    }

    /// Replaces the announced servers: each announcement is complete.
    mutating func updateServers(_ addresses: [NATSAddress]) {
        guard !addresses.isEmpty else { return }
        discovered.addresses = Array(
            addresses.filter { address in !configured.addresses.contains { $0.isSame(as: address) } }.prefix(
                Self.maxDiscoveredServers))
    }
}
