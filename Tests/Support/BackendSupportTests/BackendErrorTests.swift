// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore
import Testing

/// The errors for failed requests and error responses.
@Suite struct BackendErrorTests {
    private let server = BackendServer(kind: .test, number: 0, url: "https://a:1")

    @Test(arguments: [
        (400, MicroError.Code.invalidArgument), (401, .unauthenticated), (403, .permissionDenied),
        (413, .payloadTooLarge), (429, .resourceExhausted), (500, .unavailable), (599, .unavailable),
        (204, .internal), (302, .internal), (404, .internal), (600, .internal),
    ])
    func statusCodesMapToErrors(_ status: Int, _ code: MicroError.Code) {
        let error = MicroError(status: status, detail: "first line\nsecond line", from: server)
        #expect(error.code == code)
        #expect(error.message.contains("https://a:1") && error.message.contains("\(status)"))
        #expect(!error.message.contains("second line"))
    }

    @Test(arguments: [
        (CurlError.Kind.timedOut, MicroError.Code.deadlineExceeded, "within 2.0 seconds"), (.closed, .closed, "closed"),
        (.invalidURL, .invalidArgument, "cannot send"), (.bodyTooLarge, .internal, "cannot read"),
        (.tlsFailure, .unavailable, "TEST_CA"), (.connectionLost, .unavailable, "TEST_CERT"),
        (.couldNotConnect, .unavailable, "MICRO_REGISTRY_ADDRESS"),
    ])
    func failedRequestsMapToErrors(_ kind: CurlError.Kind, _ code: MicroError.Code, _ text: String) {
        let error = MicroError(CurlError(kind: kind, message: "reason"), at: server, timeout: .seconds(2))
        #expect(error.code == code)
        #expect(error.message.contains("https://a:1") && error.message.contains(text), "\(error)")
    }
}
