// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import MicroNATS

/// Messages recorded from go-micro v0.14.1 over NATS, in both directions. They have no headers that name an endpoint;
/// each message is in an envelope.
@Suite(.timeLimit(.minutes(2))) struct NATSLegacyRPCTests {
    /// The payloads of a connection.
    struct Recording: Sendable, CustomTestStringConvertible {
        let name: String
        let requests: [String]
        let responses: [String]

        var testDescription: String { name }

        init(_ name: String, requests: [String], responses: [String]) {
            self.name = name
            self.requests = requests.map { body in
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","#
                    + #""X-Micro-From-Service":"greeter-cli"},"Body":"\#(body)"}"#
            }
            self.responses = responses.map { #"{"Header":{"Content-Type":"application/protobuf"},"Body":"\#($0)"}"# }
        }
    }

    private static let calls = [
        Recording(
            "nats_unary_proto",
            requests: [
                "AAAAGAoNR3JlZXRlci5IZWxsbxEAAAAAAAAAAAAAAAYKBEpvaG4=",
                "AAAAGAoNR3JlZXRlci5IZWxsbxEBAAAAAAAAAAAAAAYKBE1hcnk=",
            ],
            responses: [
                "AAAAGgoNR3JlZXRlci5IZWxsbxEAAAAAAAAAABoAAAAADBIKSGVsbG8gSm9obg==",
                "AAAAGgoNR3JlZXRlci5IZWxsbxEBAAAAAAAAABoAAAAADBIKSGVsbG8gTWFyeQ==",
            ]),
        Recording(
            "nats_error_proto", requests: ["AAAAGAoNR3JlZXRlci5IZWxsbxEAAAAAAAAAAAAAAAkKB21pc3Npbmc="],
            responses: [
                "AAAAewoNR3JlZXRlci5IZWxsbxEAAAAAAAAAABpheyJpZCI6ImdvLm1pY3JvLnNydi5ncmVldGVyIiwiY29kZSI6NDA0LCJkZXRhaWwi"
                    + "OiJubyBzdWNoIG5hbWUgXCJtaXNzaW5nXCIiLCJzdGF0dXMiOiJOb3QgRm91bmQifQAAAAA="
            ]),
    ]

    private static let streams = [
        Recording(
            "nats_stream_server_ends_proto",
            requests: [
                "AAAAFwoMR3JlZXRlci5DaGF0EQAAAAAAAAAAAAAAAA==",
                "AAAAFwoMR3JlZXRlci5DaGF0EQAAAAAAAAAAAAAABgoESm9obg==",
                "AAAAFwoMR3JlZXRlci5DaGF0EQAAAAAAAAAAAAAABQoDYnll",
            ],
            responses: [
                "AAAAGQoMR3JlZXRlci5DaGF0EQAAAAAAAAAAGgAAAAAMEgpIZWxsbyBKb2hu",
                "AAAAHAoMR3JlZXRlci5DaGF0EQAAAAAAAAAAGgNFT1MAAAAA",
            ]),
        // The response to an empty message is empty; the client then only unsubscribes.
        Recording(
            "nats_stream_empty_proto",
            requests: [
                "AAAAFwoMR3JlZXRlci5DaGF0EQAAAAAAAAAAAAAAAA==", "AAAAFwoMR3JlZXRlci5DaGF0EQAAAAAAAAAAAAAAAA==",
                "AAAAFwoMR3JlZXRlci5DaGF0EQAAAAAAAAAAAAAABgoESm9obg==",
                "AAAAFwoMR3JlZXRlci5DaGF0EQAAAAAAAAAAAAAAAA==",
            ],
            responses: [
                "AAAAGQoMR3JlZXRlci5DaGF0EQAAAAAAAAAAGgAAAAAA",
                "AAAAGQoMR3JlZXRlci5DaGF0EQAAAAAAAAAAGgAAAAAMEgpIZWxsbyBKb2hu",
                "AAAAGQoMR3JlZXRlci5DaGF0EQAAAAAAAAAAGgAAAAAA",
            ]),
        Recording(
            "nats_count_proto",
            requests: [
                "AAAAGAoNR3JlZXRlci5Db3VudBEAAAAAAAAAAAAAAAA=", "AAAAGAoNR3JlZXRlci5Db3VudBEAAAAAAAAAAAAAAAIIAw==",
            ],
            responses: [
                "AAAAGgoNR3JlZXRlci5Db3VudBEAAAAAAAAAABoAAAAAAA==",
                "AAAAGgoNR3JlZXRlci5Db3VudBEAAAAAAAAAABoAAAAAAggB",
                "AAAAGgoNR3JlZXRlci5Db3VudBEAAAAAAAAAABoAAAAAAggC",
                "AAAAHQoNR3JlZXRlci5Db3VudBEAAAAAAAAAABoDRU9TAAAAAA==",
            ]),
    ]

    // MARK: go-micro calls

    @Test(arguments: calls) func recordedCallIsAnsweredWithRecordedBytes(_ recording: Recording) async throws {
        // Each with a separate connection, and therefore a separate inbox: calls of one connection share an inbox.
        for (request, response) in zip(recording.requests, recording.responses) {
            #expect(try await GoMicroGreeter.replies(to: [request], count: 1) == [response])
        }
    }

    @Test(arguments: streams) func recordedStreamIsAnsweredWithRecordedBytes(_ recording: Recording) async throws {
        #expect(
            try await GoMicroGreeter.replies(to: recording.requests, count: recording.responses.count)
                == recording.responses)
    }

    /// Clients of v0.14 read only the envelope.
    @Test(arguments: [
        (#"{"method":"Greeter.None","params":[{}],"id":3}"#, "application/json", #"{"id":3,"result":null,"error":"#),
        ("not JSON", "application/json", #"{"id":null,"result":null,"error":"#),
        ("", "application/protobuf", "\0\0\0"),
    ])
    func errorIsInEnvelope(_ body: String, _ contentType: String, _ start: String) async throws {
        let fields = [(name: "Content-Type", value: contentType)]
        let payload = String(buffer: NATSEnvelope.encoded(fields, body: ByteBuffer(string: body)))
        let reply = try #require(try await GoMicroGreeter.replies(to: [payload], count: 1).first)
        let envelope = try #require(GoMicroMessageEnvelope(parsing: ByteBuffer(string: reply)))
        #expect(String(buffer: envelope.body).hasPrefix(start), "\(String(buffer: envelope.body))")
    }

    /// A request that names neither service nor endpoint, and whose media type has no envelope.
    @Test func requestWithoutEndpointIsRefused() async throws {
        let payload = String(buffer: NATSEnvelope.encoded([(name: "Content-Type", value: "text/plain")]))
        let reply = try #require(try await GoMicroGreeter.replies(to: [payload], count: 1).first)
        #expect(reply.contains("the header Micro-Service is missing"))
    }

    // MARK: go-micro responds

    private static let node = Node(
        id: "greeter-1", address: "_INBOX.server", port: 0, metadata: ["server": "rpc", "transport": "nats"])

    private static func request(_ endpoint: String, _ body: ByteBuffer = ByteBuffer()) -> TransportRequest {
        TransportRequest(
            service: "go.micro.srv.greeter", endpoint: endpoint, contentType: "application/protobuf", body: body,
            deadline: .now + .seconds(20))
    }

    /// The message in the envelope of a recorded request.
    private static func message(_ payload: String) throws -> ByteBuffer {
        let envelope = try #require(NATSEnvelope(parsing: ByteBuffer(string: payload)))
        let request = TransportRequest(
            service: "", endpoint: "", contentType: "application/protobuf", body: envelope.body, deadline: .now)
        return try #require(LegacyRPCEnvelope(request)).content(for: "greeter").body
    }

    private static func body(_ payload: String) -> ByteBuffer? {
        NATSEnvelope(parsing: ByteBuffer(string: payload))?.body
    }

    @Test(arguments: calls) func recordedServerIsCalled(_ recording: Recording) async throws {
        // The number of each call is 0 here.
        let (request, response) = (recording.requests[0], recording.responses[0])
        let sent = try await GoMicroGreeter.withScript { script, sent in
            let (_, id) = try #require(try script.subscription { $0.contains(".replies.") })
            let call = try #require(try script.publication(to: "_INBOX.server"))
            sent.withLock { $0.append(call.payload) }
            try script.deliver(response, to: try #require(call.reply), as: id)
            while try script.next() != nil {}
        } body: { transport in
            let call = Self.request("Greeter.Hello", try Self.message(request))
            do {
                let result = try await LegacyRPC.call(call, to: Self.node, over: transport)
                #expect(String(buffer: result.body) == "\u{12}\nHello John")
                #expect(result.contentType == "application/protobuf")
            } catch let error as MicroError {
                #expect(error.code == .notFound && error.message == "no such name \"missing\"")
                #expect(recording.name == "nats_error_proto")
            }
        }
        #expect(sent.map(Self.body) == [Self.body(request)], "the envelope of a client of v0.14")
        #expect(sent.first?.contains(#""Content-Type":"application/proto-rpc""#) == true)
    }

    @Test(arguments: streams) func recordedServerStreams(_ recording: Recording) async throws {
        let endpoint = recording.name == "nats_count_proto" ? "Greeter.Count" : "Greeter.Chat"
        let sent = try await GoMicroGreeter.withScript { script, sent in
            let (_, id) = try #require(try script.subscription { $0.contains(".streams.") })
            let opening = try #require(try script.publication(to: "_INBOX.server"))
            let inbox = try #require(opening.reply)
            sent.withLock { $0.append(opening.payload) }
            try script.deliverNoResponders(to: inbox + ".control", as: id)
            var rest = recording.responses[...]
            for _ in recording.requests.dropFirst() {
                let message = try #require(try script.publication(to: "_INBOX.server"))
                sent.withLock { $0.append(message.payload) }
                let count = endpoint == "Greeter.Count" ? rest.count : 1
                for response in rest.prefix(count) { try script.deliver(response, to: inbox, as: id) }
                rest = rest.dropFirst(count)
            }
            while try script.next() != nil {}
        } body: { transport in
            let stream = try await LegacyRPC.open(Self.request(endpoint), to: Self.node, over: transport)
            var messages = stream.makeAsyncIterator()
            var expected = try recording.responses.map { payload in
                try #require(Self.body(payload)).withEnvelopeRemoved
            }[...]
            for request in recording.requests.dropFirst() {
                try await stream.send(Self.message(request))
                for _ in 0..<(endpoint == "Greeter.Count" ? expected.count : 1) {
                    let message = try await messages.next()
                    #expect(message == expected.popFirst() ?? nil)
                }
            }
            #expect(expected.isEmpty)
        }
        #expect(sent.map(Self.body) == recording.requests.map(Self.body), "the envelopes of a client of v0.14")
    }
}

extension ByteBuffer {
    /// The message in a response envelope of v0.14; nil for the end of a stream.
    fileprivate var withEnvelopeRemoved: ByteBuffer? {
        var envelope = self
        guard let header = envelope.readLengthPrefixedSlice(as: UInt32.self), !String(buffer: header).hasSuffix("EOS")
        else { return nil }
        return envelope.readLengthPrefixedSlice(as: UInt32.self)
    }
}
