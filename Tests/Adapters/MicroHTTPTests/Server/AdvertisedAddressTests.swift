// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOPosix
import Testing

@testable import MicroHTTP

@Suite struct AdvertisedAddressTests {
    private let bound = Address(host: "127.0.0.1", port: 80)

    @Test func defaultsToBoundAddress() async throws {
        #expect(try await AdvertisedAddress.resolve(bound: bound, advertise: nil, setting: "X") == bound)
        #expect(
            try await AdvertisedAddress.resolve(bound: bound, advertise: Address(host: "a"), setting: "X")
                == Address(host: "a", port: 80))
        #expect(
            try await AdvertisedAddress.resolve(bound: bound, advertise: Address(host: "a", port: 1), setting: "X")
                == Address(host: "a", port: 1))
    }

    @Test(arguments: [
        ("10.0.0.1", true), ("172.16.0.1", true), ("172.32.0.1", false), ("192.168.1.1", true), ("8.8.8.8", false),
        ("100.64.0.1", true), ("100.127.255.1", true), ("100.128.0.1", false), ("100.63.0.1", false),
        ("127.0.0.1", false), ("::1", false), ("10.0.0", false), ("fd00::2", true), ("fc12:3::1", true),
        ("fe80::1", false), ("2001:db8::1", false), ("fd::1", false), ("::ffff:10.0.0.1", false),
    ])
    func recognizesPrivateAddresses(_ host: String, _ isPrivate: Bool) {
        #expect(AdvertisedAddress.isPrivate(host) == isPrivate)
    }

    @Test func listenerOnIPv4IsNotAdvertisedByIPv6() {
        let (all4, all6) = (Address(host: "0.0.0.0", port: 80), Address(host: "::", port: 80))
        #expect(!AdvertisedAddress.canServe("fd00::2", bound: all4))
        #expect(AdvertisedAddress.canServe("fd00::2", bound: all6))
        #expect(
            AdvertisedAddress.canServe("10.0.0.1", bound: all4) && AdvertisedAddress.canServe("10.0.0.1", bound: all6))
        #expect(
            !AdvertisedAddress.canServe("fe80::2", bound: all6) && !AdvertisedAddress.canServe("127.0.0.1", bound: all4)
        )
    }

    @Test func neverAdvertisesUnspecifiedOrLoopbackAddress() async throws {
        for servers in [[], [Address(host: "127.0.0.1", port: 8500)], [Address(host: "host.invalid", port: 8500)]] {
            do {
                let address = try await AdvertisedAddress.resolve(
                    bound: Address(host: "0.0.0.0", port: 80), advertise: nil, setting: "X", reachedFrom: servers)
                #expect(AdvertisedAddress.isPrivate(address.host) && address.port == 80)
            } catch let error as MicroError {
                #expect(error.code == .invalidArgument && error.message.contains("set X to"))
            }
        }
    }

    @Test func localAddressOfRouteIsThatOfTheInterface() async throws {
        #expect(try await LocalRoute.host(towards: bound, within: .seconds(20)) == "127.0.0.1")
        #expect(
            try await LocalRoute.host(towards: Address(host: "localhost", port: 1), within: .seconds(20)).map {
                Address(host: $0).isLoopback
            } == true)
        #expect(try await LocalRoute.host(towards: Address(host: "host.invalid"), within: .seconds(20)) == nil)
    }
}
