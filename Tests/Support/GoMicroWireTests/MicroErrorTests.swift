// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Testing

@Suite struct MicroErrorTests {
    static let codes: [MicroError.Code] = [
        .invalidArgument, .unauthenticated, .permissionDenied, .notFound, .deadlineExceeded, .payloadTooLarge,
        .resourceExhausted, .internal, .unsupported, .unavailable,
    ]

    @Test(arguments: codes) func codeAndTextRoundTrip(_ code: MicroError.Code) {
        let text = "\t\nspecial☺😈\t\n \"quoted\" \\ \u{0}\u{7f}"
        let error = MicroError(wireText: MicroError(code, text, origin: "greeter").wireText, origin: "peer")
        #expect(error.code == code)
        #expect(error.message == text)
        #expect(error.origin == "greeter")
    }

    @Test func onlyRefusalsAreSafeToRetry() {
        for code in Self.codes {
            let refusal = MicroError(
                wireText: MicroError(code, "", origin: MicroError.Origin.server).wireText, origin: "")
            #expect(refusal.isSafeToRetry == [.unavailable, .resourceExhausted].contains(code), "\(code)")
            let response = MicroError(wireText: MicroError(code, "", origin: "greeter").wireText, origin: "")
            #expect(!response.isSafeToRetry, "its handler has run: \(code)")
        }
    }

    @Test func wireTextIsOneLineOfASCII() {
        let text = MicroError(.notFound, "ä\r\nInjected: header", origin: "x").wireText
        #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    }

    @Test func wireTextIsBounded() {
        let long = MicroError(.internal, String(repeating: "\u{1}", count: 1_000_000))
        #expect(long.wireText.utf8.count < 64 * 1024)
    }

    @Test func readsGoMicroError() {
        let wire = #"{"id":"go.micro.srv.greeter","code":400,"detail":"bad name \"John\"","status":"Bad Request"}"#
        let error = MicroError(wireText: wire, origin: "peer")
        #expect(error.code == .invalidArgument)
        #expect(error.message == #"bad name "John""#)
        #expect(error.origin == "go.micro.srv.greeter")
        #expect(error.wireText == wire)
    }

    @Test(arguments: [
        ("plain go error", MicroError.Code.internal), ("rpc: can't find method Nope", .notFound),
        ("rpc: can't find service Nope", .notFound), ("{", .internal), (#"{"code":"x"}"#, .internal), ("", .internal),
        ("null", .internal), (#"{"code":0}"#, .internal),
    ])
    func readsPlainTextErrors(_ text: String, _ code: MicroError.Code) {
        let error = MicroError(wireText: text, origin: "peer")
        #expect(error.code == code)
        #expect(error.message == text)
    }

    @Test(arguments: [
        (200, MicroError.Code.internal), (409, .invalidArgument), (502, .unavailable), (504, .deadlineExceeded),
        (599, .internal), (-1, .internal), (Int.max, .internal),
    ])
    func mapsUnknownStatusCodes(_ status: Int, _ code: MicroError.Code) {
        #expect(MicroError.Code(status: status) == code)
    }

    @Test func handlerErrorTextIsNotSentToCaller() {
        struct DatabaseError: Error { let password = "hunter2" }
        let request = TransportRequest(service: "greeter", endpoint: "E", contentType: "", deadline: .now)
        let response = MicroError(respondingTo: request, with: DatabaseError())
        #expect(response.code == .internal)
        #expect(response.origin == "greeter")
        #expect(!response.wireText.contains("hunter2"))
        #expect(MicroError(respondingTo: request, with: MicroError(.notFound, "x")).origin == "greeter")
    }

    @Test func secretIsRedacted() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(![dumped, "\(secret)", "\([secret])", String(reflecting: secret)].contains { $0.contains("hunter2") })
        #expect(secret.reveal() == "hunter2")
    }
}
