// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Testing

@Suite struct MicroErrorTests {
    static let codes: [MicroError.Code] = [
        .invalidArgument, .unauthenticated, .permissionDenied, .notFound, .deadlineExceeded, .conflict,
        .failedPrecondition, .payloadTooLarge, .unprocessable, .resourceExhausted, .internal, .unsupported,
        .unavailable,
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
        (200, MicroError.Code.internal), (418, .invalidArgument), (409, .conflict), (412, .failedPrecondition),
        (422, .unprocessable), (502, .unavailable), (504, .deadlineExceeded),
        (599, .internal), (-1, .internal), (Int.max, .internal),
    ])
    func mapsUnknownStatusCodes(_ status: Int, _ code: MicroError.Code) {
        #expect(MicroError.Code(status: status) == code)
    }

    /// Statuses without a code are forwarded, and codes that differ only in such a status are equal.
    @Test(arguments: [402, 405, 410, 418, 451, 499, 505, 507, 599]) func foreignStatusIsKept(_ status: Int) {
        let received = MicroError(wireText: #"{"id":"a","code":\#(status),"detail":"x","status":"y"}"#, origin: "peer")
        #expect(received.code.status == status)
        #expect(received.code == (status < 500 ? .invalidArgument : .internal))
        #expect(Set([received.code]).contains(status < 500 ? .invalidArgument : .internal))
        #expect(MicroError(wireText: received.wireText, origin: "peer").code.status == status)
    }

    /// A deadline that expires in Go: the error of Go's client, and the plain text of a handler with its context.
    @Test(arguments: [
        #"{"id":"go.micro.client","code":408,"detail":"call timeout: context deadline exceeded","status":"Request Timeout"}"#,
        #"{"id":"go.micro.client","code":408,"detail":"context deadline exceeded","status":"Request Timeout"}"#,
        "context deadline exceeded", "cannot load: context deadline exceeded",
    ])
    func expiredGoDeadlineMapsToDeadlineExceeded(_ text: String) {
        let error = MicroError(wireText: text, origin: "greeter")
        #expect(error.code == .deadlineExceeded && error.code.status == 408)
        #expect(error.origin == (text.hasPrefix("{") ? "go.micro.client" : "greeter"))
        #expect(error.message.hasSuffix("context deadline exceeded") && !error.isSafeToRetry)
    }

    // MARK: Details

    @Test func detailsFollowFieldsOfGoMicro() {
        let error = MicroError(.conflict, "taken", origin: "greeter", details: ["name": "Jöhn", "a": "1"])
        let text = error.wireText
        #expect(
            text
                == #"{"id":"greeter","code":409,"detail":"taken","status":"Conflict","details":{"a":"1","name":"J\u00f6hn"}}"#
        )
        #expect(MicroError(wireText: text, origin: "").details == error.details)
    }

    @Test func detailsAreBounded() {
        var error = MicroError(.conflict, "x", origin: "greeter")
        for number in 10..<40 { error.details["key\(number)"] = String(repeating: "v", count: 2000) }
        error.details["key10"] = String(repeating: "é", count: 600)
        error.details[String(repeating: "a", count: 257)] = "left out"
        let received = MicroError(wireText: error.wireText, origin: "").details
        #expect(received.keys.sorted() == (10..<26).map { "key\($0)" })
        #expect(received["key10"] == String(repeating: "é", count: 512), "cut between characters")
        #expect(received["key11"] == String(repeating: "v", count: 1024))
        let request = TransportRequest(service: "greeter", endpoint: "E", contentType: "", deadline: .now)
        #expect(MicroError(respondingTo: request, with: error).details == received, "without a wire as well")
    }

    /// The largest error fits twice, as `Micro-Error` and `X-Micro-Error`, into the default limit of 256 KiB of headers.
    @Test func wireTextWithDetailsIsBounded() {
        var error = MicroError(.conflict, String(repeating: "\u{1}", count: 100_000), origin: "greeter")
        for number in 0..<100 { error.details["\(number)"] = String(repeating: "\u{1}", count: 5000) }
        #expect(error.wireText.utf8.count < 100 * 1024)
        let ascii = (10..<26).map { (String(repeating: "\($0)", count: 128), String(repeating: "v", count: 1024)) }
        error.details = Dictionary(uniqueKeysWithValues: ascii)
        #expect(MicroError(wireText: error.wireText, origin: "").details == error.details, "ASCII is never left out")
    }

    @Test(arguments: [
        (#"[1,2]"#, [:]), (#""text""#, [:]), ("null", [:]), (#"{"a":1,"b":"2","c":null,"d":{"e":"f"}}"#, ["b": "2"]),
    ])
    func foreignDetailsAreReadLeniently(_ json: String, _ details: [String: String]) {
        let error = MicroError(wireText: #"{"id":"a","code":404,"detail":"x","details":\#(json)}"#, origin: "")
        #expect(error.code == .notFound && error.message == "x" && error.details == details)
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
