// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import Testing

@Suite struct AdvertisedAddressTests {
    private let bound = Address(host: "127.0.0.1", port: 80)

    @Test func defaultsToBoundAddress() throws {
        #expect(try AdvertisedAddress.resolve(bound: bound, advertise: nil, setting: "X") == bound)
        #expect(
            try AdvertisedAddress.resolve(bound: bound, advertise: Address(host: "a"), setting: "X")
                == Address(host: "a", port: 80))
        #expect(
            try AdvertisedAddress.resolve(bound: bound, advertise: Address(host: "a", port: 1), setting: "X")
                == Address(host: "a", port: 1))
    }

    @Test(arguments: [
        ("10.0.0.1", true), ("172.16.0.1", true), ("172.32.0.1", false), ("192.168.1.1", true), ("8.8.8.8", false),
        ("127.0.0.1", false), ("::1", false), ("10.0.0", false),
    ])
    func recognizesPrivateAddresses(_ host: String, _ isPrivate: Bool) {
        #expect(AdvertisedAddress.isPrivate(host) == isPrivate)
    }

    @Test func neverAdvertisesUnspecifiedAddress() {
        let address = try? AdvertisedAddress.resolve(
            bound: Address(host: "0.0.0.0", port: 80), advertise: nil, setting: "X")
        if let address { #expect(AdvertisedAddress.isPrivate(address.host) && address.port == 80) }
    }
}
