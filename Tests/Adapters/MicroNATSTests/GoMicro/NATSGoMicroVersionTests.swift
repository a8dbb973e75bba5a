// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import GoMicroWire
import Logging
import MicroCore
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import MicroNATS

/// Messages recorded from go-micro v0.20 to v5.0 over NATS, in both directions.
@Suite(.timeLimit(.minutes(2))) struct NATSGoMicroVersionTests {
    /// A request as a version writes it.
    struct Version: Sendable, CustomTestStringConvertible {
        let name: String
        /// The fields of a call.
        let call: [String: String]
        /// The fields of each message of a stream, with the number in them.
        let stream: [String: String]
        /// The names of the number in a reply; nil if the version sends none on streams.
        let idNames: [String]
        /// Whether the client sends the end of a stream.
        let sendsEnd: Bool

        var testDescription: String { name }
    }

    private static func target(_ endpoint: String, _ prefixes: [String]) -> [String: String] {
        var fields = ["Accept": "application/protobuf", "Content-Type": "application/protobuf"]
        for prefix in prefixes {
            fields[prefix + "Service"] = "go.micro.srv.greeter"
            fields[prefix + "Endpoint"] = endpoint
        }
        return fields
    }

    private static func version(
        _ name: String, prefixes: [String], idNames: [String], call: [String: String], stream: [String: String],
        sendsEnd: Bool
    ) -> Version {
        Version(
            name: name,
            call: target("Greeter.Hello", prefixes).merging(idNames.map { ($0, "1") }) { $1 }.merging(call) { $1 },
            stream: target("Greeter.Chat", prefixes).merging(stream) { $1 }, idNames: idNames, sendsEnd: sendsEnd)
    }

    static let versions = [
        version(
            "v0.20.0", prefixes: ["X-Micro-"], idNames: ["X-Micro-Id"], call: ["Timeout": "5000000000"],
            stream: ["X-Micro-Id": "", "Timeout": "5000000000"], sendsEnd: false),
        version(
            "v1.0.0", prefixes: ["Micro-", "X-Micro-"], idNames: ["Micro-Id", "X-Micro-Id"],
            call: ["Timeout": "4993358016"], stream: ["Timeout": "5000000000"], sendsEnd: false),
        // A handler that opens a stream forwards the number of the incoming call.
        version(
            "v1.0.0 from a handler", prefixes: ["Micro-", "X-Micro-"], idNames: ["Micro-Id", "X-Micro-Id"],
            call: ["Timeout": "4993358016"], stream: ["Micro-Id": "1", "X-Micro-Id": "1", "Timeout": "5000000000"],
            sendsEnd: false),
        version(
            "v1.18.0", prefixes: ["Micro-"], idNames: ["Micro-Id"], call: ["Timeout": "5000000000"],
            stream: ["Micro-Id": "0", "Micro-Stream": "0", "Timeout": "5000000000"], sendsEnd: true),
        // A stream's handler that makes a call forwards the mark of the stream.
        version(
            "v1.18.0 from a handler", prefixes: ["Micro-"], idNames: ["Micro-Id"],
            call: ["Micro-Id": "0", "Micro-Stream": "1", "Timeout": "5000000000"],
            stream: ["Micro-Id": "1", "Micro-Stream": "1", "Timeout": "5000000000"], sendsEnd: true),
        version(
            "v4.11.0", prefixes: ["Micro-"], idNames: ["Micro-ID"], call: ["Timeout": "5000000000"],
            stream: ["Micro-ID": "1", "Micro-Stream": "1", "Trace-Id": "t1"], sendsEnd: true),
    ]

    private static func payload(_ fields: [String: String], _ body: String?, error: String? = nil) -> String {
        let error = error.map { [(name: "Micro-Error", value: $0)] } ?? []
        let fields = fields.map { (name: $0.key, value: $0.value) } + error
        return String(buffer: NATSEnvelope.encoded(fields, body: ByteBuffer(string: body ?? "")))
    }

    // MARK: go-micro calls

    @Test(arguments: versions) func callIsAnswered(_ version: Version) async throws {
        let replies = try await replies(to: [Self.payload(version.call, "\n\u{04}John")], count: 1)
        let fields = try #require(replies.first).fields
        #expect(fields["Micro-Error"] == nil)
        // The response has the number under the names that the version reads.
        let id = version.call[version.idNames[0]]
        for name in version.idNames { #expect(fields[name] == id, "\(name) in \(fields)") }
        #expect(replies.first?.body == "\n\u{04}John")
    }

    @Test(arguments: versions) func emptyRequestAndReplyArePassed(_ version: Version) async throws {
        let replies = try await replies(to: [Self.payload(version.call, nil)], count: 1)
        #expect(replies.first?.body.isEmpty == true && replies.first?.fields["Micro-Error"] == nil)
    }

    /// The opening message is not part of the stream; a later empty message is.
    @Test(arguments: versions) func streamIsServed(_ version: Version) async throws {
        var payloads = [nil, "\n\u{04}John", nil, "\n\u{03}bye"].map { Self.payload(version.stream, $0) }
        if version.sendsEnd { payloads.append(Self.payload(version.stream, nil, error: "EOS")) }
        let replies = try await replies(to: payloads, count: 4)
        #expect(replies.prefix(3).map(\.body) == ["\n\u{04}John", "", "\n\u{03}bye"])
        #expect(replies.last?.fields["Micro-Error"] == "EOS")
    }

    /// go-micro sends a timeout on streams, but does not end them when it expires.
    @Test func streamOutlivesItsTimeout() async throws {
        var fields = Self.versions[1].stream
        fields["Timeout"] = "200000000"
        let payloads = [nil, "1", "2", "\n\u{03}bye"].map { Self.payload(fields, $0) }
        let replies = try await replies(to: payloads, count: 4, pause: .milliseconds(150))
        #expect(replies.map(\.body) == ["1", "2", "\n\u{03}bye", ""])
        #expect(replies.last?.fields["Micro-Error"] == "EOS")
    }

    /// Clients of v1.18 and later use this subject with Consul, which appends the port 0.
    @Test func callToAddressWithPortIsAnswered() async throws {
        let replies = try await replies(
            to: [Self.payload(Self.versions[3].call, "\n\u{04}John")], count: 1, subjectSuffix: ":0")
        #expect(replies.first?.body == "\n\u{04}John")
    }

    private struct Reply: Sendable {
        var fields: [String: String]
        var body: String
    }

    /// The messages that a client gets from a listener with an echoing call `Greeter.Hello` and an echoing stream
    /// `Greeter.Chat`.
    private func replies(
        to payloads: [String], count: Int, pause: Duration = .zero, subjectSuffix: String = ""
    ) async throws -> [Reply] {
        let replies = Mutex<[Reply]>([])
        let server = try ScriptedServer { (connection: ScriptedConnection) in
            let script = try ScriptedNATSConnection(connection)
            guard
                let (subject, id) = try script.subscription(where: {
                    $0.hasSuffix(subjectSuffix) && !$0.hasSuffix(".control")
                })
            else { return }
            for payload in payloads {
                try script.deliver(payload, to: subject, as: id, reply: "_INBOX.client")
                if pause > .zero { Thread.sleep(forTimeInterval: pause / .seconds(1)) }
            }
            while let reply = try script.publication(to: "_INBOX.client") {
                guard let envelope = GoMicroMessageEnvelope(parsing: ByteBuffer(string: reply.payload)) else {
                    continue
                }
                let fields = Dictionary(envelope.fields.map { ($0.name, $0.value) }) { first, _ in first }
                replies.withLock { $0.append(Reply(fields: fields, body: String(buffer: envelope.body))) }
            }
        }
        defer { server.stop() }
        try await withTransport("127.0.0.1:\(server.port)") { transport in
            let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
            let running = Task {
                try await listener.run(NATSTransportTests.echo) { endpoint in
                    guard endpoint == "Greeter.Chat" else { return nil }
                    return { _, stream in
                        for try await message in stream {
                            try await stream.send(message)
                            if String(buffer: message).hasSuffix("bye") { return }
                        }
                    }
                }
            }
            _ = await eventually(within: .seconds(10)) { replies.withLock(\.count) >= count }
            running.cancel()
            try await running.value
        }
        return replies.withLock(\.self)
    }

    // MARK: go-micro replies

    /// Go omits the type of an empty body.
    @Test(arguments: [
        #"{"Header":{"Micro-ID":"0","X-Micro-ID":"0"},"Body":""}"#,
        #"{"Header":{"Micro-Id":"0","X-Micro-Id":"0"},"Body":null}"#, #"{"Header":{},"Body":null}"#,
    ])
    func emptyReplyHasTypeOfRequest(_ payload: String) async throws {
        let response = try await withScript { script in
            let (_, id) = try #require(try script.subscription { $0.contains(".replies.") })
            let call = try #require(try script.publication(to: "_INBOX.server"))
            try script.deliver(payload, to: try #require(call.reply), as: id)
            while try script.next() != nil {}
        } body: { transport in
            try await transport.call(NATSTransportTests.request("x"), to: Address(host: "_INBOX.server"))
        }
        #expect(response.contentType == "text/plain" && response.body.readableBytes == 0)
    }

    /// v1.0 reads the client's end as an empty message and does not report the end of its handler.
    @Test func unfinishedStreamEndsAfterTimeout() async throws {
        let error = try await withScript(timeout: .milliseconds(500)) { script in
            let (_, id) = try #require(try script.subscription { $0.contains(".streams.") })
            let opening = try #require(try script.publication(to: "_INBOX.server"))
            try script.deliverNoResponders(to: try #require(opening.reply) + ".control", as: id)
            while try script.next() != nil {}
        } body: { transport in
            let stream = try await transport.open(
                NATSTransportTests.request("x", timeout: .seconds(60)), to: Address(host: "_INBOX.server"))
            try await stream.finish()
            let began = ContinuousClock.now
            let error = await #expect(throws: MicroError.self) { for try await _ in stream {} }
            // Long before the deadline of the stream.
            #expect(ContinuousClock.now - began < .seconds(30))
            return error
        }
        #expect(error?.code == .deadlineExceeded && error?.message.contains("did not end the stream") == true)
    }

    private func withScript<Value: Sendable>(
        timeout: Duration = .seconds(5), _ script: @escaping @Sendable (ScriptedNATSConnection) throws -> Void,
        body: (NATSTransport) async throws -> Value
    ) async throws -> Value {
        let server = try ScriptedServer { connection in try script(try ScriptedNATSConnection(connection)) }
        defer { server.stop() }
        return try await withTransport("127.0.0.1:\(server.port)", { $0.timeout = timeout }, body: body)
    }

    // MARK: Events

    private static let events = [
        // v0.14.1, v0.20.0, v1.0.0 and v4.11.0.
        #"{"Header":{"Content-Type":"application/protobuf"},"Body":"CgRKb2hu"}"#,
        #"{"Header":{"Content-Type":"application/protobuf","X-Micro-Id":"7b88","X-Micro-Topic":"t"},"Body":"CgRKb2hu"}"#,
        #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"7b88","Micro-Topic":"t"},"Body":"CgRKb2hu"}"#,
        #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"7b88","Micro-Topic":"t"},"Body":"CgRKb2hu"}"#,
    ]

    @Test(arguments: events, NATSConfiguration.Format.allCases)
    func eventIsRead(_ payload: String, _ format: NATSConfiguration.Format) {
        let message = NATSMessage(
            subject: "t", reply: nil, status: nil, reason: "", headers: [:], body: ByteBuffer(string: payload))
        let decoded = NATSMessageFormat(format, reservedBytes: 0).decode(message)
        #expect(String(buffer: decoded.body) == "\n\u{04}John")
        #expect(decoded.headers["Content-Type"] == "application/protobuf")
    }

    /// Every version reads an event with these three headers; some versions drop events without them.
    @Test func eventHasHeadersThatGoMicroRequires() throws {
        let connection = try NATSConnectionManager(.init(), role: .broker, logger: .init(label: "test"))
        let format = NATSMessageFormat(.goMicro, reservedBytes: 0)
        for message in [
            BrokerMessage(text: "hi"), BrokerMessage(headers: ["Content-Type": "a/b", "k": "v"], text: "hi"),
        ] {
            let encoded = try format.encode(message, to: "t", by: connection)
            let envelope = try #require(GoMicroMessageEnvelope(parsing: encoded.body))
            let headers = envelope.message.headers
            #expect(headers["Micro-Topic"] == "t" && headers["Micro-Id"]?.isEmpty == false)
            #expect(headers["Content-Type"] == message.headers["Content-Type"] ?? "application/octet-stream")
            let decoded = format.decode(
                NATSMessage(subject: "t", reply: nil, status: nil, reason: "", headers: [:], body: encoded.body))
            #expect(decoded.headers["k"] == message.headers["k"])
            #expect(decoded.headers["Micro-Topic"] == nil && decoded.headers["Micro-Id"] == nil)
        }
    }
}
