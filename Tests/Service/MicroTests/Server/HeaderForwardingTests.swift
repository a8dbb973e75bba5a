// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Configuration
import Testing

@testable import Micro

@Suite(.timeLimit(.minutes(1))) struct HeaderForwardingTests {
    private let request: Headers = [
        "X-User-Id": "john", "Trace-Id": "t1", "traceparent": "00-1", "Authorization": "Bearer s3cret",
        "Cookie": "session=s3cret", "X-Api-Key": "s3cret", "X-Access-Token": "s3cret", "X-CSRFToken": "s3cret",
        "Db-Password": "s3cret", "X-Goog-Iap-Jwt-Assertion": "s3cret",
        "X-Amzn-Oidc-Data": "s3cret", "X-Client-Cert": "s3cret", "Micro-Trace-Id": "m1", "Micro-Id": "1",
        "X-Micro-Service": "svc", "Micro-From-Service": "first",
        "Timeout": "1", "Local": "127.0.0.1:1", "Remote": "127.0.0.1:2", "Content-Type": "text/plain",
        "Accept-Encoding": "gzip", "User-Agent": "curl", "Host": "example.org", "Connection": "close",
    ]

    private func names(_ forwarding: HeaderForwarding) -> [String] {
        forwarding.forwarded(of: request).map(\.name).sorted()
    }

    @Test func safeForwardingOmitsCredentialsAndHeadersOfOneCall() {
        #expect(names(.safe) == ["Micro-Trace-Id", "Trace-Id", "X-User-Id", "traceparent"])
        #expect(!HeaderForwarding.safe.forwarded(of: request).contains { $0.value.contains("s3cret") })
    }

    @Test func namedHeadersAreForwardedRegardlessOfCase() {
        #expect(names(["x-user-id", "AUTHORIZATION", "Timeout", "X-Missing"]) == ["Authorization", "X-User-Id"])
        #expect(names(.none).isEmpty)
    }

    @Test(arguments: [
        ("safe", ["Micro-Trace-Id", "Trace-Id", "X-User-Id", "traceparent"]), ("none", []),
        ("X-User-Id, trace-id", ["Trace-Id", "X-User-Id"]),
        ("", ["Micro-Trace-Id", "Trace-Id", "X-User-Id", "traceparent"]),
    ])
    func settingSelectsForwardedHeaders(_ text: String, _ expected: [String]) throws {
        let reader = ConfigReader(
            provider: InMemoryProvider(
                values: ["micro.forward.headers": ConfigValue(.string(text), isSecret: false)]))
        #expect(names(try Microservice.Configuration(name: "svc", configReader: reader).forwardedHeaders) == expected)
    }

    /// Through two hops, as through a chain of Go services.
    @Test(arguments: TransportKind.allCases) func userHeadersPassThroughServiceByDefault(_ kind: TransportKind)
        async throws
    {
        let fixture = ServiceFixture(kind)
        let (front, back) = (try fixture.makeService("front"), try fixture.makeService("back"))
        back.handle("Headers") { (_: Empty, context) in
            let names = ["X-User-Id", "Authorization", "Micro-From-Service"]
            return Text(text: names.map { context.headers[$0] ?? "-" }.joined(separator: " "))
        }
        let frontClient = front.client
        front.handle("Ask") { (request: Empty, _) -> Text in try await frontClient.call("back", "Headers", request) }
        try await fixture.whileServing(front, back) { client in
            let options = CallOptions(headers: ["X-User-Id": "john", "Authorization": "Bearer s3cret"])
            let text: Text = try await client.call("front", "Ask", Empty(), options: options)
            #expect(text.text == "john - front")
        }
    }

    @Test func allValuesOfHeaderAreForwarded() async throws {
        let fixture = ServiceFixture()
        let (front, back) = (try fixture.makeService("front"), try fixture.makeService("back"))
        back.handle("Groups") { (_: Empty, context) in
            Text(text: context.headers.values("X-Group").joined(separator: " "))
        }
        let frontClient = front.client
        front.handle("Ask") { (request: Empty, _) -> Text in try await frontClient.call("back", "Groups", request) }
        var headers: Headers = [:]
        for group in ["staff", "admins"] { headers.add("X-Group", group) }
        try await fixture.whileServing(front, back) { client in
            let text: Text = try await client.call("front", "Ask", Empty(), options: CallOptions(headers: headers))
            #expect(text.text == "staff admins")
        }
    }
}
