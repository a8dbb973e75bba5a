// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The servers to connect to: the configured ones, and those that they announced.
struct NATSServerList {
    /// The maximum number of announced servers that are kept.
    private static let maxDiscoveredServers = 256

    private let configured: [NATSAddress]
    private var discovered: [NATSAddress] = []
    private var position = 0

    init(_ configured: [NATSAddress]) { self.configured = configured }

    var count: Int { configured.count + discovered.count }

    /// The next server to try, round robin.
    mutating func next() -> NATSAddress {
        let all = configured + discovered
        position %= all.count
        defer { position += 1 }
        return all[position]
    }

    /// Replaces the announced servers: each announcement is complete.
    mutating func updateServers(_ addresses: [NATSAddress]) {
        guard !addresses.isEmpty else { return }
        discovered = Array(
            addresses.filter { address in !configured.contains { $0.isSame(as: address) } }.prefix(
                Self.maxDiscoveredServers))
    }
}
