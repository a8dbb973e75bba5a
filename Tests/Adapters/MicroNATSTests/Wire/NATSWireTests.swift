// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import MicroCore
import NIOCore
import Testing

@testable import CurlTransfer
@testable import MicroNATS

@Suite struct NATSWireTests {
    @Test func publishCommandsAreEncoded() {
        #expect(text { $0.appendPublish(BrokerMessage(text: "hello"), to: "a.b") } == "PUB a.b 5\r\nhello\r\n")
        #expect(text { $0.appendPublish(BrokerMessage(), to: "a", reply: "r") } == "PUB a r 0\r\n\r\n")
        let message = BrokerMessage(headers: ["k": "v", "K": "ü"], text: "hello")
        #expect(
            text { $0.appendPublish(message, to: "a", reply: "r") }
                == "HPUB a r 25 30\r\nNATS/1.0\r\nk: v\r\nK: ü\r\n\r\nhello\r\n")
        let long = BrokerMessage(text: String(repeating: "x", count: 1234))
        #expect(text { $0.appendPublish(long, to: "a") }.hasPrefix("PUB a 1234\r\nxxx"))
    }

    @Test func subscribeCommandsAreEncoded() {
        #expect(text { $0.appendSubscribe(to: "a.*", queue: nil, as: 7) } == "SUB a.* 7\r\n")
        #expect(text { $0.appendSubscribe(to: "a", queue: "q", as: 7) } == "SUB a q 7\r\n")
        #expect(text { $0.appendUnsubscribe(7) } == "UNSUB 7\r\n")
    }

    @Test func connectCommandIsEncoded() {
        let connect = text { $0.appendConnect(ConnectOptions(.user("john", Secret("s\"ecret")), usesTLS: true)) }
        #expect(connect.hasPrefix("CONNECT {") && connect.hasSuffix("}\r\n"))
        for part in [
            #""user":"john""#, #""pass":"s\"ecret""#, #""headers":true"#, #""no_responders":true"#, #""verbose":false"#,
            #""tls_required":true"#, #""protocol":1"#, #""lang":"swift""#,
        ] { #expect(connect.contains(part), "\(part)") }
        #expect(
            text { $0.appendConnect(ConnectOptions(.token(Secret("t")), usesTLS: false)) }.contains(
                #""auth_token":"t""#))
    }

    @Test func headersRoundTrip() {
        let headers: Headers = ["Key": "v", "key": "w", "empty": "", "ü-free": "grüße 😀", "x": "a: b"]
        let bytes = text { $0.appendPublish(BrokerMessage(headers: headers), to: "a") }.utf8
        let block = bytes.drop { $0 != 0x0A }.dropFirst().dropLast(2)
        #expect(block.count == NATSHeaderBlock.size(of: headers))
        let read = Array(block).withUnsafeBytes { NATSHeaderBlock(parsing: $0) }
        #expect(read.headers == headers)
        #expect(read.headers.map(\.name) == headers.map(\.name))
        #expect(read.status == nil)
    }

    @Test func headerBlockStatusIsParsed() {
        let read = { (text: String) in Array(text.utf8).withUnsafeBytes { NATSHeaderBlock(parsing: $0) } }
        #expect(read("NATS/1.0 503\r\n\r\n").status == 503)
        let pull = read("NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 7\r\nno line\r\n: none\r\n\r\n")
        #expect(pull.status == 408 && pull.reason == "Request Timeout")
        #expect(pull.headers == ["Nats-Pending-Messages": "7"])
        #expect(read("").status == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", "nats://127.0.0.1:4222"), ("localhost:1", "nats://localhost:1"),
        ("tls://nats.example.com", "tls://nats.example.com:4222"), ("ws://[::1]", "ws://[::1]:80"),
        ("wss://a:9/", "wss://a:9"),
    ])
    func addressesAreParsed(_ text: String, _ address: String) throws {
        #expect(try NATSAddress(parsing: text, for: .nats(.broker)).description == address)
    }

    @Test(arguments: [
        "", "nats://", "http://a", "nats://user:pass@a", "a:b", "a:0", "a:70000", "nats://a/path", "a b",
        "nats://a?x",
    ])
    func invalidAddressesAreRejected(_ text: String) {
        let error = #expect(throws: MicroError.self) { try NATSAddress(parsing: text, for: .nats(.broker)) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("MICRO_BROKER_ADDRESS") == true)
        #expect(error?.message.contains("pass@") == false)
    }

    /// Servers announce IP addresses. Over TLS, their certificates are verified against the host name of the announcing
    /// server.
    @Test func discoveredAddressesAreValidated() throws {
        let known = try NATSAddress(parsing: "tls://nats.example.com:4222", for: .nats(.broker))
        let discovered = try #require(NATSAddress(discovered: "10.0.0.2:4223", from: known, isTrusted: true))
        #expect(discovered.description == "tls://10.0.0.2:4223")
        let target = discovered.target(tlsFirst: true)
        #expect(target.host == "nats.example.com" && target.address == "10.0.0.2" && target.usesTLS)
        let other = "other.example.com:4222"
        #expect(NATSAddress(discovered: other, from: known, isTrusted: true)?.tlsServerName == nil)
        // An announcement in plain text is not authenticated, so the certificate must have the configured server's
        // name.
        #expect(NATSAddress(discovered: other, from: known, isTrusted: false)?.tlsServerName == "nats.example.com")
        for text in ["", "0.0.0.0:1", "a", "[::]:4222", String(repeating: "a", count: 400) + ":1"] {
            #expect(NATSAddress(discovered: text, from: known, isTrusted: true) == nil, "\(text)")
        }
    }

    @Test func serversAreTriedInTurn() throws {
        var list = NATSServerList(try ["a", "b"].map(Self.address))
        #expect(!list.hasDiscovered && list.next(.discovered) == nil)
        #expect((0..<3).map { _ in list.next(.configured)?.host } == ["a", "b", "a"])
        list.updateServers(try ["a", "c", "d"].map(Self.address))
        #expect(list.hasDiscovered && list.count(.configured) == 2 && list.count(.discovered) == 2)
        #expect((0..<3).map { _ in list.next(.discovered)?.host } == ["c", "d", "c"])
        #expect(list.next(.configured)?.host == "b")
        list.updateServers([])
        #expect(list.count(.discovered) == 2)
        list.updateServers(try ["e"].map(Self.address))
        #expect(list.count(.discovered) == 1 && list.next(.discovered)?.host == "e")
    }

    @Test(
        arguments: [
            ("Permissions Violation for Publish to \"a.b\"", NATSPermissionDenial.publication(subject: "a.b")),
            (
                "Permissions Violation for Subscription to \"a.*\"",
                .subscription(subject: "a.*", queue: nil, id: nil)
            ),
            (
                "Permissions Violation for Subscription to \"a\" using queue \"q\"",
                .subscription(subject: "a", queue: "q", id: nil)
            ),
            (
                "Permissions Violation for Subscription to \"a\" (sid \"17\")",
                .subscription(subject: "a", queue: nil, id: 17)
            ),
            ("Permissions Violation for Subscription to a", nil), ("Authorization Violation", nil), ("", nil),
        ] as [(String, NATSPermissionDenial?)])
    func denialsAreParsed(_ text: String, _ denial: NATSPermissionDenial?) {
        #expect(NATSPermissionDenial(parsing: text) == denial)
    }

    /// Otherwise, a publication that is denied beyond the limit would count as confirmed.
    @Test func denialsBeyondTheLimitReplaceTheOldest() {
        var permissions = NATSPermissions()
        let (start, count) = (ContinuousClock.now, 1100)
        let error = MicroError(.permissionDenied, "denied", origin: "test")
        for number in 0..<count { permissions.recordDenial(of: "t.\(number)", error) }
        let last = "t.\(count - 1)"
        #expect(permissions.denialCount(of: last) == 1 && permissions.denialCount(of: "t.0") == 0)
        #expect(permissions.denial(of: last, since: start)?.code == .permissionDenied)
        #expect(permissions.denial(of: last, since: start + .seconds(3600)) == nil)
    }

    @Test func largestSequencesDoNotOverflow() throws {
        let largest = UInt64.max
        let metadata = try #require(
            JetStreamMessageMetadata(acknowledgementSubject: "$JS.ACK.S.C.1.\(largest).\(largest).1.0"))
        let position = #"{"consumer_seq":\#(largest),"stream_seq":\#(largest)}"#
        let json = { (created: String) in
            #"{"created":"\#(created)","num_ack_pending":1,"delivered":\#(position),"ack_floor":\#(position)}"#
        }
        let info = try JSONDecoder().decode(ConsumerInfo.self, from: Data(json("1").utf8))
        let other = try JSONDecoder().decode(ConsumerInfo.self, from: Data(json("2").utf8))
        var progress = JetStreamConsumerProgress()
        progress.record(info, ofStream: "1")
        progress.recordDelivery(metadata)
        #expect(progress.resumeSequence == largest)
        #expect(!progress.isOutdated(other))
    }

    @Test(arguments: [
        (400, 10002, "resource limits exceeded for account", MicroError.Code.resourceExhausted),
        (503, 10023, "insufficient resources", .resourceExhausted),
        (400, 10026, "maximum consumers limit reached", .resourceExhausted),
        (400, 10027, "maximum number of streams reached", .resourceExhausted),
        (500, 10028, "insufficient memory resources available", .resourceExhausted),
        (500, 10047, "insufficient storage resources available", .resourceExhausted),
        (400, 10054, "message size exceeds maximum allowed", .payloadTooLarge),
        (400, 10097, "header size exceeds maximum allowed of 64k", .payloadTooLarge),
        (503, 10077, "maximum bytes exceeded", .resourceExhausted), (503, 10077, "store is closed", .unavailable),
        (503, 10039, "JetStream not enabled for account", .unavailable),
        (400, 10122, "stream max bytes exceeds account limit max stream bytes", .resourceExhausted),
    ])
    func jetStreamErrorsMapToCodes(_ code: Int, _ errCode: Int, _ text: String, _ expected: MicroError.Code) throws {
        let json = #"{"code":\#(code),"err_code":\#(errCode),"description":"\#(text)"}"#
        #expect(try JSONDecoder().decode(ApiError.self, from: Data(json.utf8)).microCode == expected)
    }

    @Test func acknowledgementSubjectsAreParsed() throws {
        let old = try #require(
            JetStreamMessageMetadata(acknowledgementSubject: "$JS.ACK.S.C.3.42.7.1700000000000000000.0"))
        #expect(old.attempt == 3 && old.sequence == 42 && old.consumerSequence == 7)
        let new = try #require(
            JetStreamMessageMetadata(
                acknowledgementSubject: "$JS.ACK.hub.ACCOUNT.S.C.2.43.7.1700000000000000000.0.token"))
        #expect(new.attempt == 2 && new.sequence == 43)
        for text in ["_INBOX.1", "$JS.ACK.S.C.x.42.7.1.0", "$JS.ACK", "$JS.ACK.S.C.0.42.7.1.0"] {
            #expect(JetStreamMessageMetadata(acknowledgementSubject: text) == nil, "\(text)")
        }
        #expect(
            JetStreamAcknowledgement.reject(after: .seconds(2)).message
                == BrokerMessage(text: "-NAK {\"delay\": 2000000000}"))
        #expect(JetStreamAcknowledgement.reject(after: nil).message == BrokerMessage(text: "-NAK"))
    }

    @Test(arguments: [
        ("Authorization Violation", MicroError.Code.unauthenticated),
        ("User Authentication Expired", .unauthenticated), ("Authentication Timeout", .unavailable),
        ("Authorization Timeout", .unavailable),
        ("Permissions Violation for Publish to \"a.b\"", .permissionDenied),
        ("Maximum Payload Violation", .payloadTooLarge), ("maximum connections exceeded", .resourceExhausted),
        ("Unknown Protocol Operation", .internal), ("Stale Connection", .unavailable),
    ])
    func serverErrorsMapToCodes(_ text: String, _ code: MicroError.Code) {
        let server = BackendServer(kind: .nats(.broker), number: 0, url: "nats://a:1")
        let error = MicroError(natsError: text, at: server)
        #expect(error.code == code)
        #expect(error.message.contains("nats://a:1"))
    }

    private static func address(_ text: String) throws -> NATSAddress {
        try NATSAddress(parsing: text, for: .nats(.broker))
    }

    private func text(_ write: (inout CurlOutput) -> Void) -> String {
        var output = CurlOutput()
        write(&output)
        return String(decoding: output.bytes, as: UTF8.self)
    }
}
