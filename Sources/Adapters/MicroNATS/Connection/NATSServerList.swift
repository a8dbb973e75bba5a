// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The servers that may be connected to: those of the configuration, and those that they have told of.
struct NATSServerList {
    /// How many are kept.
    private static let maxDiscoveredServers = 256

    private let configured: [NATSAddress]
    private var discovered: [NATSAddress] = []
    private var position = 0

    init(_ configured: [NATSAddress]) { self.configured = configured }

    var count: Int { configured.count + discovered.count }

    /// The one to try now: each is followed by the next.
    mutating func next() -> NATSAddress {
        let all = configured + discovered
        position %= all.count
        defer { position += 1 }
        return all[position]
    }

    /// Replaces what was learnt before: a server tells all that it knows of.
    mutating func updateServers(_ addresses: [NATSAddress]) {
        guard !addresses.isEmpty else { return }
        discovered = Array(
            addresses.filter { address in !configured.contains { $0.isSame(as: address) } }.prefix(
                Self.maxDiscoveredServers))
    }
}
