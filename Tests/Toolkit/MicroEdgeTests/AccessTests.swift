// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import MicroCore
import NIOCore
import Testing

@testable import MicroEdge

private func request(_ method: HTTPRequest.Method = .get, _ headers: HTTPFields) -> Request {
    Request(
        head: HTTPRequest(method: method, scheme: "http", authority: "host", path: "/", headerFields: headers),
        body: .init(buffer: ByteBuffer()))
}

/// API keys, basic authentication and CORS.
@Suite struct AccessTests {
    private let keys = APIKeyAuthenticator(keys: ["ada": Secret("k-1"), "bob": Secret("k-22")])
    private let users = BasicAuthenticator(users: ["ada": Secret("pa:ss"), "bob": Secret("")])

    @Test func apiKeyNamesItsHolder() async throws {
        #expect(try await keys.authenticate(request(.get, [:])) == nil)
        #expect(try await keys.authenticate(request(.get, [.authorization: "bearer k-22"]))?.name == "bob")
        #expect(try await keys.authenticate(request(.get, [.init("X-Api-Key")!: "k-1"]))?.name == "ada")
        for wrong in ["k-2", "k-222", "K-1", " "] {
            let error = await #expect(throws: MicroError.self) {
                try await keys.authenticate(request(.get, [.authorization: "Bearer \(wrong)x"]))
            }
            #expect(error?.code == .unauthenticated && error?.message.contains(wrong + "x") == false)
        }
    }

    @Test func basicAuthenticationComparesUserAndPassword() async throws {
        // ada:pa:ss
        #expect(try await users.authenticate(request(.get, [.authorization: "Basic YWRhOnBhOnNz"]))?.name == "ada")
        // ada:, bob:x, eve:pa:ss, no base64
        for wrong in ["YWRhOg==", "Ym9iOng=", "ZXZlOnBhOnNz", "%%%"] {
            await #expect(throws: MicroError.self) {
                try await users.authenticate(request(.get, [.authorization: "Basic \(wrong)"]))
            }
        }
    }

    @Test(
        arguments: [
            ("https://a.com", "https://a.com"), ("https://b.a.com", "https://b.a.com"), ("https://a.com.evil.org", nil),
            ("https://evil.org/.b.com", nil), ("http://b.b.com", nil), ("https://x.b.com", "https://x.b.com"),
            ("null", nil),
            ("https://b.com", nil),
        ] as [(String, String?)])
    func onlyListedOriginsAreAllowed(_ origin: String, _ allowed: String?) {
        var policy = CORSPolicy(origins: ["https://a.com", "https://b.a.com", "https://*.b.com"])
        policy.allowsCredentials = true
        let headers = policy.headers(for: request(.get, [.origin: origin]))
        #expect(headers[.accessControlAllowOrigin] == allowed)
        #expect(headers[.accessControlAllowCredentials] == (allowed == nil ? nil : "true"))
        #expect(headers[.vary] == "Origin")
    }

    @Test func openPolicyNeverAllowsCredentials() {
        var policy = CORSPolicy(origins: ["*"])
        policy.allowsCredentials = true
        let preflight = request(.options, [.origin: "https://evil.org", .accessControlRequestMethod: "PUT"])
        let headers = policy.headers(for: preflight)
        #expect(headers[.accessControlAllowOrigin] == "*" && headers[.accessControlAllowCredentials] == nil)
        #expect(headers[.accessControlAllowMethods]?.contains("PUT") == true && policy.isPreflight(preflight))
    }
}
