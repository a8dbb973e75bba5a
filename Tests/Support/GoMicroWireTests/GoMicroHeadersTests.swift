// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import Testing

/// Reading `Timeout` and `Micro-Kind`.
@Suite struct GoMicroHeadersTests {
    @Test(
        arguments: [
            ("0", .zero), ("1", .nanoseconds(1)), ("0005000000000", .seconds(5)), ("-1", .zero),
            ("-99999999999999999999", .zero), ("9223372036854775807", .nanoseconds(Int64.max)),
            ("9223372036854775808", .nanoseconds(Int64.max)), ("99999999999999999999999", .nanoseconds(Int64.max)),
        ] as [(String, Duration)])
    func timeoutIsRead(_ text: String, _ timeout: Duration) {
        #expect(GoMicroHeaders.timeout(text, default: .seconds(30)) == timeout)
    }

    @Test(arguments: [nil, "", "-", "+1", "--1", "5s", " 5", "5 ", "1.5", "9223372036854775808x"] as [String?])
    func timeoutWithoutNumberIsIgnored(_ text: String?) {
        #expect(GoMicroHeaders.timeout(text, default: .seconds(30)) == .seconds(30))
    }

    @Test(
        arguments: [
            ("call Greeter.Hello", .call), ("stream Greeter.Hello", .stream), ("call Greeter.Bye", nil),
            ("call Greeter.Hello ", nil), ("callGreeter.Hello", nil), ("call", nil), ("", nil), (nil, nil),
            ("calls Greeter.Hello", nil), ("call  Greeter.Hello", nil),
        ] as [(String?, GoMicroRequestKind?)])
    func kindBelongsToItsEndpoint(_ value: String?, _ kind: GoMicroRequestKind?) {
        #expect(GoMicroRequestKind(headerValue: value, for: "Greeter.Hello") == kind)
    }

    @Test func emptyEndpointHasAKind() {
        #expect(GoMicroRequestKind(headerValue: GoMicroRequestKind.call.headerValue(for: ""), for: "") == .call)
    }
}
