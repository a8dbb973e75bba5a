// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

@testable import MicroEdge

/// The address of a client behind proxies.
@Suite struct ClientAddressTests {
    private static let trusted = ["10.0.0.0/8", "fd00::/8"]

    @Test(arguments: [
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"), ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"), ("10.0.0.1", ["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, 10.9.9.9"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7", "10.2.2.2"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, nonsense"], "10.0.0.1"), ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
    ])
    func onlyTrustedProxiesNameTheClient(_ peer: String, _ forwarded: [String], _ client: String) throws {
        let trusted = try Self.trusted.map(IPNetwork.init)
        #expect(ClientAddress.resolve(peer: peer, forwarded: forwarded, trusted: trusted) == client)
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0", "fd00::/129", "a/8", "10.0.0.0/8/8"])
    func invalidNetworksAreRejected(_ text: String) {
        #expect(throws: MicroError.self) { try IPNetwork(text) }
    }

    @Test func prefixLengthDecides() throws {
        let network = try IPNetwork("192.168.4.0/22")
        #expect(network.contains("192.168.7.255") && !network.contains("192.168.8.0") && !network.contains("::1"))
        #expect(try IPNetwork("0.0.0.0/0").contains("203.0.113.9"))
    }
}
