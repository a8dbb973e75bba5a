// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import Testing

extension BackendKind {
    /// A backend with settings that no real one has.
    static let test = BackendKind(
        .registry, name: "Test", nameWithArticle: "a test server", authoritySetting: "TEST_CA",
        certificateSetting: "TEST_CERT", keySetting: "TEST_KEY")
}

/// The conversion of addresses to URLs.
@Suite struct BackendAddressesTests {
    @Test func listsAreSplitAtCommas() {
        #expect(splitAddresses("a:1, b:2 ,c") == ["a:1", "b:2", "c"])
        #expect(splitAddresses("a:1,") == ["a:1", ""])
    }

    @Test func addressesBecomeURLsWithoutDuplicates() throws {
        let urls = try BackendKind.test.urls(of: ["a:1", "https://b:2/", "http://a:1"], usingTLS: false)
        #expect(urls == ["http://a:1", "https://b:2"])
        #expect(try BackendKind.test.urls(of: ["a:1", "http://b:2"], usingTLS: true) == ["https://a:1", "http://b:2"])
    }

    @Test(arguments: [
        [], [""], ["a b:1"], ["ftp://a:1"], ["http://a:1/path"], ["a:99999"], ["a:1?x"], ["a:1#x"], [":1"],
        ["http://:1"], ["::1"], ["fe80::1"], ["http://fe80::1"],
    ])
    func invalidAddressesNameTheSetting(_ addresses: [String]) {
        #expect {
            try BackendKind.test.urls(of: addresses, usingTLS: false)
        } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && "\($0)".contains("MICRO_REGISTRY_ADDRESS")
        }
    }

    @Test func credentialsInAddressesAreNotShown() {
        #expect {
            try BackendKind.test.urls(of: ["http://me:hunter2@a:1"], usingTLS: false)
        } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && !"\($0)".contains("hunter2")
        }
    }
}
