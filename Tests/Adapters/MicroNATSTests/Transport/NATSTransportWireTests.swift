// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import GoMicroWire
import Logging
import MessageTransport
import MicroCore
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroNATS

/// Calls and responses recorded from go-micro v1.0, in both directions, with a scripted NATS server.
@Suite(.timeLimit(.minutes(1))) struct NATSTransportWireTests {
    // MARK: A client of go-micro and our listener

    private static let call =
        #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"4993358016","X-From-Id":"script","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"0","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter","X-User-Id":"john"},"Body":"CgRKb2hu"}"#
    private static let answer =
        #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#
    private static let hello = "\u{12}\u{0A}Hello John"
    private static let clientInbox = "_INBOX.dON4PPQGgdem9Ct1tBB5YZ"

    @Test func goMicroCallIsAnswered() async throws {
        let seen = Mutex<TransportRequest?>(nil)
        let answers = try await answers(to: [Self.call], count: 1) { request in
            seen.withLock { $0 = request }
            return TransportResponse(contentType: "application/protobuf", body: ByteBuffer(string: Self.hello))
        }
        #expect(answers == [Self.answer])
        let received = seen.withLock(\.self)
        let request = try #require(received)
        #expect(request.service == "go.micro.srv.greeter" && request.endpoint == "Greeter.Hello")
        #expect(request.contentType == "application/protobuf")
        #expect(request.headers == ["Micro-From-Service": "greeter-cli", "X-From-Id": "script", "X-User-Id": "john"])
        #expect(String(buffer: request.body) == "\n\u{04}John")
        #expect(request.deadline < .now + .seconds(5))
    }

    @Test func errorIsEncodedForGoMicro() async throws {
        let answers = try await answers(to: [Self.call], count: 1) { _ in
            throw MicroError(.invalidArgument, "bad name \"John\"")
        }
        // As recorded, without the echo of the request's header.
        let error =
            #"{\"id\":\"go.micro.srv.greeter\",\"code\":400,\"detail\":\"bad name \\\"John\\\"\",\"status\":\"Bad Request\"}"#
        #expect(
            answers == [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Error":"\#(error)","Micro-Id":"0","X-Micro-Error":"\#(error)","X-Micro-Id":"0"},"Body":null}"#
            ])
    }

    @Test(arguments: ["", "{", "nonsense", "[]", #"{"Header":{"a":1}}"#, #"{"Body":"***"}"#, "{}"])
    func invalidRequestPayloadsAreRejected(_ payload: String) async throws {
        let answers = try await answers(to: [payload, Self.call], count: 2) { _ in
            TransportResponse(contentType: "application/protobuf", body: ByteBuffer(string: Self.hello))
        }
        #expect(answers.first?.contains(#"\"code\":400"#) == true)
        // The listener still responds.
        #expect(answers.last == Self.answer)
    }

    private static func streamed(_ body: String) -> String {
        #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Stream","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Stream","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-From-Id":"script","X-Micro-Endpoint":"Greeter.Stream","X-Micro-Method":"Greeter.Stream","X-Micro-Service":"go.micro.srv.greeter","X-User-Id":"john"},"Body":"\#(body)"}"#
    }

    private static func streamedAnswer(_ body: String) -> String {
        #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Stream","Micro-Method":"Greeter.Stream","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Stream","X-Micro-Method":"Greeter.Stream","X-Micro-Service":"go.micro.srv.greeter"},"Body":"\#(body)"}"#
    }

    @Test func goMicroStreamIsServed() async throws {
        let seen = Mutex<[String]>([])
        let answers = try await answers(
            to: ["CgVmaXJzdA==", "CgFh", "CgFi", "CgNlbmQ="].map(Self.streamed), count: 3,
            streams: { endpoint in
                guard endpoint == "Greeter.Stream" else { return nil }
                return { _, stream in
                    for try await message in stream {
                        let text = String(buffer: message)
                        seen.withLock { $0.append(text) }
                        guard text.count == 3 else { return }
                        try await stream.send(ByteBuffer(string: "\u{12}\u{07}Hello \(text.dropFirst(2))"))
                    }
                }
            },
            handler: { throw MicroError.streamNotFound($0) })
        // The opening body is not a message of the stream.
        #expect(seen.withLock(\.self) == ["\n\u{01}a", "\n\u{01}b", "\n\u{03}end"])
        #expect(answers.prefix(2) == [Self.streamedAnswer("EgdIZWxsbyBh"), Self.streamedAnswer("EgdIZWxsbyBi")])
        #expect(answers.last?.contains(#""Micro-Error":"EOS""#) == true)
    }

    @Test func queuedCallLimitIsEnforcedBeforeRun() async throws {
        let limit = ListenerQueue<NATSMessage>.maxCount
        let answers = try await answers(
            to: Array(repeating: Self.call, count: limit + 1), early: 1, count: limit + 1
        ) { _ in
            TransportResponse(contentType: "application/protobuf", body: ByteBuffer(string: Self.hello))
        }
        #expect(answers.first?.contains("has not started to serve, and \(limit) messages are queued") == true)
        #expect(answers.dropFirst() == Array(repeating: Self.answer, count: limit)[...])
    }

    /// The responses of a swift-micro listener to a client's payloads.
    ///
    /// - Parameter early: The number of responses before the listener runs.
    private func answers(
        to payloads: [String], early: Int = 0, count: Int, streams: @escaping TransportStreamLookup = { _ in nil },
        handler: @escaping TransportHandler
    ) async throws -> [String] {
        let answers = Mutex<[String]>([])
        let server = try ScriptedServer { connection in
            let script = try ScriptedNATSConnection(connection)
            guard let (subject, id) = try script.subscription(where: { !$0.hasSuffix(".control") }) else { return }
            for payload in payloads { try script.deliver(payload, to: subject, as: id, reply: Self.clientInbox) }
            while let answer = try script.publication(to: Self.clientInbox) {
                answers.withLock { $0.append(answer.payload) }
            }
        }
        defer { server.stop() }
        try await withTransport("127.0.0.1:\(server.port)") { transport in
            let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
            _ = await eventually(within: .seconds(10)) { answers.withLock(\.count) >= early }
            let running = Task { try await listener.run(handler, streams: streams) }
            _ = await eventually(within: .seconds(10)) { answers.withLock(\.count) >= count }
            running.cancel()
            try await running.value
        }
        return answers.withLock(\.self)
    }

    // MARK: Our client and a server of go-micro

    private static let address = Address(host: "_INBOX.1Y4b5XtRjxnU4JzK5o0MuA")

    private static func request(_ endpoint: String = "Greeter.Hello") -> TransportRequest {
        TransportRequest(
            service: "go.micro.srv.greeter", endpoint: endpoint, contentType: "application/protobuf",
            headers: ["X-User-Id": "john"], body: ByteBuffer(string: "\n\u{04}John"), deadline: .now + .seconds(10))
    }

    @Test func callToGoMicroIsEncoded() async throws {
        let sent = Mutex<String?>(nil)
        let response = try await withScriptedServer { script in
            let (subject, id) = try #require(try script.subscription { $0.contains(".replies.") })
            let call = try #require(try script.publication(to: Self.address.host))
            sent.withLock { $0 = call.payload }
            let reply = try #require(call.reply)
            #expect(reply.hasPrefix(subject.dropLast()) && call.headers.isEmpty)
            // The second copy of the response has no call, and is ignored.
            for _ in 0..<2 { try script.deliver(Self.answer, to: reply, as: id) }
            while try script.next() != nil {}
        } body: {
            try await $0.call(Self.request(), to: Self.address)
        }
        #expect(String(buffer: response.body) == Self.hello && response.contentType == "application/protobuf")
        #expect(response.headers.isEmpty)
        struct Envelope: Decodable {
            var header: [String: String]
            var body: Data

            enum CodingKeys: String, CodingKey {
                case header = "Header"
                case body = "Body"
            }
        }
        let payload = sent.withLock(\.self) ?? ""
        let envelope = try JSONDecoder().decode(Envelope.self, from: Data(payload.utf8))
        #expect(envelope.body == Data("\n\u{04}John".utf8))
        let remainingTime = try #require(envelope.header["Timeout"].flatMap { Int($0) })
        #expect(remainingTime > 0 && remainingTime <= 10_000_000_000)
        let recorded = try JSONDecoder().decode(Envelope.self, from: Data(Self.call.utf8))
        for name in recorded.header.keys where !["Micro-From-Service", "X-From-Id", "Timeout"].contains(name) {
            let isID = name.hasSuffix("Micro-Id")
            #expect(isID || envelope.header[name] == recorded.header[name], "\(name)")
        }
        #expect(envelope.header["Micro-Id"] != nil && envelope.header["Micro-Id"] == envelope.header["X-Micro-Id"])
    }

    @Test func goMicroErrorIsDecoded() async throws {
        let recorded =
            #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Fail","Micro-Error":"{\"id\":\"go.micro.srv.greeter\",\"code\":400,\"detail\":\"bad name \\\"John\\\"\",\"status\":\"Bad Request\"}","Micro-From-Service":"greeter-cli","Micro-Id":"0","X-User-Id":"john"},"Body":null}"#
        let error = await #expect(throws: MicroError.self) { try await answered(by: recorded) }
        #expect(error?.code == .invalidArgument && error?.message == #"bad name "John""#)
        #expect(error?.origin == "go.micro.srv.greeter")
    }

    @Test(arguments: ["", "{", "nonsense", "[]", #"{"Header":{"a":1}}"#])
    func invalidResponsePayloadsAreRejected(_ payload: String) async throws {
        let error = await #expect(throws: MicroError.self) { try await answered(by: payload) }
        #expect(error?.code == .internal && error?.isSafeToRetry == false)
    }

    private func answered(by payload: String) async throws -> TransportResponse {
        try await withScriptedServer { script in
            let (_, id) = try #require(try script.subscription { $0.contains(".replies.") })
            let call = try #require(try script.publication(to: Self.address.host))
            try script.deliver(payload, to: try #require(call.reply), as: id)
            while try script.next() != nil {}
        } body: {
            try await $0.call(Self.request(), to: Self.address)
        }
    }

    @Test func streamToGoMicroIsEncoded() async throws {
        let sent = Mutex<[String]>([])
        let texts = try await withScriptedServer { script in
            let (_, id) = try #require(try script.subscription { $0.contains(".streams.") })
            let opening = try #require(try script.publication(to: Self.address.host))
            let inbox = try #require(opening.reply)
            // go-micro does not subscribe to the subjects of swift-micro's extensions.
            try script.deliverNoResponders(to: inbox + ".control", as: id)
            sent.withLock { $0.append(opening.payload) }
            for answer in ["EgdIZWxsbyBh", "EgdIZWxsbyBi"].map(Self.streamedAnswer) {
                let message = try #require(try script.publication(to: Self.address.host))
                #expect(message.reply == inbox)
                sent.withLock { $0.append(message.payload) }
                try script.deliver(answer, to: inbox, as: id)
            }
            let end = try #require(try script.publication(to: Self.address.host))
            sent.withLock { $0.append(end.payload) }
            try script.deliver(#"{"Header":{"Micro-Error":"EOS"},"Body":null}"#, to: inbox, as: id)
            while try script.next() != nil {}
        } body: { transport in
            var opening = Self.request("Greeter.Stream")
            opening.body = ByteBuffer()
            let stream = try await transport.open(opening, to: Self.address)
            var iterator = stream.makeAsyncIterator()
            var texts: [String?] = []
            for text in ["a", "b"] {
                try await stream.send(ByteBuffer(string: "\n\u{01}\(text)"))
                texts.append(try await iterator.next().map { String(buffer: $0) })
            }
            try await stream.finish()
            texts.append(try await iterator.next().map { String(buffer: $0) })
            return texts
        }
        #expect(texts == ["\u{12}\u{07}Hello a", "\u{12}\u{07}Hello b", nil])
        let payloads = sent.withLock(\.self)
        #expect(payloads.count == 4)
        #expect(payloads.allSatisfy { !$0.contains("Micro-Id") && $0.contains(#""Micro-Stream":"true""#) })
        #expect(payloads[0].hasSuffix(#""Body":null}"#) && payloads[0].contains("X-User-Id"))
        #expect(payloads[1].hasSuffix(#""Body":"CgFh"}"#))
        #expect(payloads[3].contains(#""Micro-Error":"EOS""#))
    }

    // MARK: Envelopes and settings

    @Test func envelopesRoundTrip() throws {
        let texts = ["", "v", "\"\\/\u{8}\u{c}\n\r\t\u{1}", "grüße 😀", "\u{7F}", #"{"a":[]}"#]
        for (number, text) in texts.enumerated() {
            let body = ByteBuffer(bytes: (0..<number * 40).map { UInt8(truncatingIfNeeded: $0) })
            let bytes = NATSEnvelope.encoded([("k", text), ("a\"", "x"), ("Micro-Id", "7")], body: body)
            let envelope = try #require(NATSEnvelope(parsing: bytes))
            #expect(envelope.fields.userHeaders == ["a\"": "x", "k": text] && envelope.fields.id == "7")
            #expect(envelope.body == body)
        }
    }

    @Test(arguments: [
        (#" { "Header" : { "k" : "v" , "Micro-Id":"1"} , "Body" : "aGk=" } "#, "v", "hi"),
        (#"{"Body":"aGk=","Header":{"k":"\u00fc\ud83d\ude00\/\b"}}"#, "ü😀/\u{8}", "hi"),
        (#"{"Header":{"k":"v"},"Body":null}"#, "v", ""), (#"{"Header":{"k":"v"}}"#, "v", ""),
        (#"{"Header":{"k":"v"},"Body":"","More":[{"a":1}]}"#, "v", ""), (#"{"Header":null,"Body":"aGk="}"#, nil, "hi"),
    ])
    func foreignEnvelopesAreDecoded(_ text: String, _ value: String?, _ body: String) throws {
        let envelope = try #require(NATSEnvelope(parsing: ByteBuffer(string: text)))
        #expect(envelope.fields.userHeaders["k"] == value && String(buffer: envelope.body) == body)
    }

    @Test func invalidEnvelopesNeverTrap() {
        var fuzzer = Fuzzer(seed: 7)
        for _ in 0..<2000 {
            let bytes = fuzzer.mutated(Array(Self.call.utf8))
            _ = NATSEnvelope(parsing: ByteBuffer(bytes: bytes))
        }
    }

    @Test func transportSettingsAreRead() throws {
        let values: [AbsoluteConfigKey: ConfigValue] = [
            "micro.broker.address": "broker:1", "micro.transport.address": "a:1,tls://b", "nats.user": "u",
        ]
        let reader = ConfigReader(provider: InMemoryProvider(values: values))
        let configuration = NATSConfiguration(transportConfigReader: reader)
        #expect(configuration.addresses == ["a:1", "tls://b"] && configuration.user == "u")
        let none = ConfigReader(provider: InMemoryProvider(values: ["micro.broker.address": "broker:1"]))
        #expect(NATSConfiguration(transportConfigReader: none).address == "nats://127.0.0.1:4222")
        let error = #expect(throws: MicroError.self) {
            try NATSTransport(configuration: MicroNATSTests.configuration("a b"))
        }
        #expect(error?.code == .invalidArgument && error?.origin == MicroError.Origin.transport)
        #expect(error?.message.contains("MICRO_TRANSPORT_ADDRESS") == true)
    }

    @Test func unreachableServerIsReportedWithTheSettingOfTheTransport() async throws {
        let url = "nats://127.0.0.1:\(try Machine.freePorts(1)[0])"
        let transport = try NATSTransport(
            configuration: MicroNATSTests.configuration(url) { $0.timeout = .milliseconds(300) })
        let error = await #expect(throws: MicroError.self) {
            try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
        }
        #expect(error?.code == .unavailable && error?.origin == MicroError.Origin.transport)
        #expect(error?.message.contains("MICRO_TRANSPORT_ADDRESS") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("MICRO_BROKER") == false)
        await transport.close()
    }

    @Test func brokerSettingsAreRead() throws {
        let values: [AbsoluteConfigKey: ConfigValue] = [
            "micro.broker.address": "a:1", "micro.broker.format": "go-micro", "nats.inbox.prefix": "_INBOX_u",
            "nats.ignore.discovered.servers": ConfigValue(.bool(true), isSecret: false),
        ]
        let configuration = try NATSConfiguration(
            configReader: ConfigReader(provider: InMemoryProvider(values: values)))
        #expect(configuration.addresses == ["a:1"] && configuration.format == .goMicro)
        #expect(configuration.inboxPrefix == "_INBOX_u" && configuration.ignoresDiscoveredServers)
        let defaults = try NATSConfiguration(configReader: ConfigReader(provider: InMemoryProvider(values: [:])))
        #expect(defaults.format == .native && defaults.inboxPrefix == "_INBOX" && !defaults.ignoresDiscoveredServers)
        let error = #expect(throws: MicroError.self) {
            try NATSConfiguration(
                configReader: ConfigReader(provider: InMemoryProvider(values: ["micro.broker.format": "xml"])))
        }
        #expect(error?.code == .invalidArgument && error?.message.contains("MICRO_BROKER_FORMAT=xml") == true)
    }

    /// Runs a body with a transport that is connected to a scripted server.
    private func withScriptedServer<Value: Sendable>(
        _ script: @escaping @Sendable (ScriptedNATSConnection) throws -> Void,
        body: (NATSTransport) async throws -> Value
    ) async throws -> Value {
        let server = try ScriptedServer { connection in try script(try ScriptedNATSConnection(connection)) }
        defer { server.stop() }
        return try await withTransport("127.0.0.1:\(server.port)", body: body)
    }
}
