// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import NIOCore
import Testing

@testable import MicroNATS

/// The payloads that a client of go-micro has sent and received over NATS, in their order. The service is the one of
/// `GoMicroGreeter`.
struct NATSRecording: CustomTestStringConvertible, Sendable {
    let version: String
    let name: String
    let requests: [String]
    let responses: [String]

    init(_ version: String, _ name: String, requests: [String], responses: [String]) {
        (self.version, self.name, self.requests, self.responses) = (version, name, requests, responses)
    }

    var testDescription: String { "\(version) \(name)" }

    /// Whether the first request opens a stream.
    var isStream: Bool {
        let endpoint = requests.first.flatMap(Self.envelope)?.fields.endpoint
        return ["Greeter.Chat", "Greeter.ChatForward", "Greeter.Count"].contains(endpoint)
    }

    static func envelope(_ payload: String) -> NATSEnvelope? { NATSEnvelope(parsing: ByteBuffer(string: payload)) }
}

extension NATSRecording {
    /// Connections of go-micro v0.20.0 to v4.11.0. v5.0.0 differs only in its import paths.
    static let all: [NATSRecording] = [
        NATSRecording(
            "v0.20.0", "nats_unary_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"0","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"1","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgRNYXJ5"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Content-Type":"application/protobuf","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"1"},"Body":"EgpIZWxsbyBNYXJ5"}"#,
            ]),
        NATSRecording(
            "v0.20.0", "nats_error_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"0","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgdtaXNzaW5n"}"#
            ],
            responses: [
                #"{"Header":{"X-Micro-Endpoint":"Greeter.Hello","X-Micro-Error":"{\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}","X-Micro-Id":"0"},"Body":null}"#
            ]),
        NATSRecording(
            "v0.20.0", "nats_error_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"0","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgVwbGFpbg=="}"#
            ],
            responses: [
                #"{"Header":{"X-Micro-Endpoint":"Greeter.Hello","X-Micro-Error":"plain failure","X-Micro-Id":"0"},"Body":null}"#
            ]),
        NATSRecording(
            "v0.20.0", "nats_count_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Count","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Count","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CAM="}"#,
            ],
            responses: [
                #"{"Header":{"X-Micro-Endpoint":"Greeter.Count"},"Body":null}"#,
                #"{"Header":{"Content-Type":"application/protobuf","X-Micro-Endpoint":"Greeter.Count"},"Body":"CAE="}"#,
                #"{"Header":{"Content-Type":"application/protobuf","X-Micro-Endpoint":"Greeter.Count"},"Body":"CAI="}"#,
                #"{"Header":{"X-Micro-Endpoint":"Greeter.Count","X-Micro-Error":"EOS"},"Body":""}"#,
            ]),
        NATSRecording(
            "v0.20.0", "nats_stream_empty_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"","X-Micro-Service":"go.micro.srv.greeter"},"Body":""}"#,
            ],
            responses: [
                #"{"Header":{"X-Micro-Endpoint":"Greeter.Chat"},"Body":null}"#,
                #"{"Header":{"Content-Type":"application/protobuf","X-Micro-Endpoint":"Greeter.Chat"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"X-Micro-Endpoint":"Greeter.Chat"},"Body":""}"#,
            ]),
        NATSRecording(
            "v0.20.0", "nats_stream_server_ends_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgNieWU="}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","X-Micro-Endpoint":"Greeter.Chat"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"X-Micro-Endpoint":"Greeter.Chat","X-Micro-Error":"EOS"},"Body":""}"#,
            ]),
        NATSRecording(
            "v1.0.0", "nats_unary_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"0","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"1","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgRNYXJ5"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"1","X-Micro-Id":"1"},"Body":"EgpIZWxsbyBNYXJ5"}"#,
            ]),
        NATSRecording(
            "v1.0.0", "nats_error_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"0","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgdtaXNzaW5n"}"#
            ],
            responses: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-Error":"{\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Error":"{\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}","X-Micro-Id":"0","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#
            ]),
        NATSRecording(
            "v1.0.0", "nats_error_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"0","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgVwbGFpbg=="}"#
            ],
            responses: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-Error":"plain failure","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Error":"plain failure","X-Micro-Id":"0","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#
            ]),
        NATSRecording(
            "v1.0.0", "nats_empty_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Empty","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Empty","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Empty","X-Micro-Id":"0","X-Micro-Method":"Greeter.Empty","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Empty","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.Empty","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Empty","X-Micro-Id":"1","X-Micro-Method":"Greeter.Empty","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"2","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"2","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"3","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"3","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgRKb2hu"}"#,
            ],
            responses: [
                #"{"Header":{"Micro-Id":"0","X-Micro-Id":"0"},"Body":null}"#,
                #"{"Header":{"Micro-Id":"1","X-Micro-Id":"1"},"Body":null}"#,
                #"{"Header":{"Micro-Id":"2","X-Micro-Id":"2"},"Body":null}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"3","X-Micro-Id":"3"},"Body":"EgpIZWxsbyBKb2hu"}"#,
            ]),
        NATSRecording(
            "v1.0.0", "nats_count_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Count","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Count","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CAM="}"#,
            ],
            responses: [
                #"{"Header":{"Micro-Endpoint":"Greeter.Count","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Count","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Count","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CAE="}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Count","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CAI="}"#,
            ]),
        NATSRecording(
            "v1.0.0", "nats_stream_empty_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":""}"#,
            ],
            responses: [
                #"{"Header":{"Micro-Endpoint":"Greeter.Chat","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Micro-Endpoint":"Greeter.Chat","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":""}"#,
            ]),
        NATSRecording(
            "v1.0.0", "nats_stream_server_ends_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgNieWU="}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBKb2hu"}"#
            ]),
        NATSRecording(
            "v1.0.0", "nats_chain_call_stream_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.F7zMZgXsIg03h16zONBEbr","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","Remote":"_INBOX.D1HZmBbXib2EeE86HE1VtZ","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"1","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.next","X-User-Id":"john","trace-id":"t1"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.F7zMZgXsIg03h16zONBEbr","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","Remote":"_INBOX.D1HZmBbXib2EeE86HE1VtZ","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"1","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.next","X-User-Id":"john","trace-id":"t1"},"Body":"CgRKb2hu"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Id":"1","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"1","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.next"},"Body":"EgpIZWxsbyBKb2hu"}"#
            ]),
        NATSRecording(
            "v1.0.0", "nats_chain_stream_call_proto/2",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.77RvtufYfX3jXAqrTyRlSz","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.next","Remote":"_INBOX.fAc8ukjpCx0HVXrduRsUpG","Timeout":"4998645248","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"0","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.next","X-User-Id":"john","trace-id":"t1"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.77RvtufYfX3jXAqrTyRlSz","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.next","Remote":"_INBOX.fAc8ukjpCx0HVXrduRsUpG","Timeout":"4991737838","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"1","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.next","X-User-Id":"john","trace-id":"t1"},"Body":"CgRNYXJ5"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"1","X-Micro-Id":"1"},"Body":"EgpIZWxsbyBNYXJ5"}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_unary_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgRNYXJ5"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"1","X-Micro-Id":"1"},"Body":"EgpIZWxsbyBNYXJ5"}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_error_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgdtaXNzaW5n"}"#
            ],
            responses: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-Error":"{\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Error":"{\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}"},"Body":""}"#
            ]),
        NATSRecording(
            "v1.18.0", "nats_error_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgVwbGFpbg=="}"#
            ],
            responses: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-Error":"plain failure","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Error":"plain failure"},"Body":""}"#
            ]),
        NATSRecording(
            "v1.18.0", "nats_empty_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Empty","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Empty","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Empty","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.Empty","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"2","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"3","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgRKb2hu"}"#,
            ],
            responses: [
                #"{"Header":{"Micro-Id":"0","X-Micro-Id":"0"},"Body":""}"#,
                #"{"Header":{"Micro-Id":"1","X-Micro-Id":"1"},"Body":""}"#,
                #"{"Header":{"Micro-Id":"2","X-Micro-Id":"2"},"Body":""}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"3","X-Micro-Id":"3"},"Body":"EgpIZWxsbyBKb2hu"}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_count_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"CAM="}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-Error":"EOS","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":""}"#,
            ],
            responses: [
                #"{"Header":{"Micro-Endpoint":"Greeter.Count","Micro-Id":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Count","X-Micro-Id":"0","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":""}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-Id":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Count","X-Micro-Id":"0","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CAE="}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-Id":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Count","X-Micro-Id":"0","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CAI="}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-Error":"EOS","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000","X-Micro-Error":"EOS"},"Body":""}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_stream_empty_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":""}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":""}"#,
            ],
            responses: [
                #"{"Header":{"Micro-Endpoint":"Greeter.Chat","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":""}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Micro-Endpoint":"Greeter.Chat","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":""}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_stream_server_ends_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"CgNieWU="}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":""}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000","X-Micro-Error":"EOS"},"Body":""}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_chain_call_stream_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.RjV1A6EOVCH17TplmOD7Ik","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","Micro-Stream":"0","Remote":"_INBOX.r3xNc2I8vO9mrfstID9ULM","Timeout":"5000000000","X-User-Id":"john","trace-id":"t1"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.RjV1A6EOVCH17TplmOD7Ik","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","Micro-Stream":"0","Remote":"_INBOX.r3xNc2I8vO9mrfstID9ULM","Timeout":"5000000000","X-User-Id":"john","trace-id":"t1"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.RjV1A6EOVCH17TplmOD7Ik","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","Micro-Stream":"0","Remote":"_INBOX.r3xNc2I8vO9mrfstID9ULM","Timeout":"5000000000","X-User-Id":"john","trace-id":"t1"},"Body":""}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.next"},"Body":"EgpIZWxsbyBKb2hu"}"#
            ]),
        NATSRecording(
            "v1.18.0", "nats_chain_stream_call_proto/2",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.jvf3Bp5Vv9WewBwhQOiz1y","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.next","Micro-Stream":"1","Remote":"_INBOX.ycTdLb5dZtjYk1lZWACKms","Timeout":"4995233590","X-User-Id":"john","trace-id":"t1"},"Body":"CgRKb2hu"}"#
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#
            ]),
        NATSRecording(
            "v4.11.0", "nats_unary_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-ID":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-ID":"1","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgRNYXJ5"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"0","X-Micro-ID":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"1","X-Micro-ID":"1"},"Body":"EgpIZWxsbyBNYXJ5"}"#,
            ]),
        NATSRecording(
            "v4.11.0", "nats_error_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-ID":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgdtaXNzaW5n"}"#
            ],
            responses: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-Error":"{\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}","Micro-ID":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Error":"{\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}"},"Body":""}"#
            ]),
        NATSRecording(
            "v4.11.0", "nats_error_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-ID":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgVwbGFpbg=="}"#
            ],
            responses: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-Error":"plain failure","Micro-ID":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Error":"plain failure"},"Body":""}"#
            ]),
        NATSRecording(
            "v4.11.0", "nats_empty_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Empty","Micro-ID":"0","Micro-Method":"Greeter.Empty","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Empty","Micro-ID":"1","Micro-Method":"Greeter.Empty","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-ID":"2","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-ID":"3","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgRKb2hu"}"#,
            ],
            responses: [
                #"{"Header":{"Micro-ID":"0","X-Micro-ID":"0"},"Body":""}"#,
                #"{"Header":{"Micro-ID":"1","X-Micro-ID":"1"},"Body":""}"#,
                #"{"Header":{"Micro-ID":"2","X-Micro-ID":"2"},"Body":""}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"3","X-Micro-ID":"3"},"Body":"EgpIZWxsbyBKb2hu"}"#,
            ]),
        NATSRecording(
            "v4.11.0", "nats_count_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-ID":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-ID":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":"CAM="}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-Error":"EOS","Micro-ID":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":null}"#,
            ],
            responses: [
                #"{"Header":{"Micro-Endpoint":"Greeter.Count","Micro-ID":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Count","X-Micro-ID":"0","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":""}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-ID":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Count","X-Micro-ID":"0","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CAE="}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-ID":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Count","X-Micro-ID":"0","X-Micro-Method":"Greeter.Count","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CAI="}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Count","Micro-Error":"EOS","Micro-ID":"0","Micro-Method":"Greeter.Count","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","X-Micro-Error":"EOS"},"Body":""}"#,
            ]),
        NATSRecording(
            "v4.11.0", "nats_stream_empty_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":""}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":null}"#,
            ],
            responses: [
                #"{"Header":{"Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-ID":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":""}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-ID":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-ID":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":""}"#,
            ]),
        NATSRecording(
            "v4.11.0", "nats_stream_server_ends_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":"CgNieWU="}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":null}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-ID":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","X-Micro-Error":"EOS"},"Body":""}"#,
            ]),
        NATSRecording(
            "v4.11.0", "nats_chain_call_stream_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.0kPWozgy3j4wF7C8Qn4bdd","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","Micro-Stream":"0","Remote":"_INBOX.IjUJsYH6Oao0LuCQqLChGj","Timeout":"5000000000","Trace-Id":"t1","X-User-Id":"john"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.0kPWozgy3j4wF7C8Qn4bdd","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","Micro-Stream":"0","Remote":"_INBOX.IjUJsYH6Oao0LuCQqLChGj","Timeout":"5000000000","Trace-Id":"t1","X-User-Id":"john"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.0kPWozgy3j4wF7C8Qn4bdd","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","Micro-Stream":"0","Remote":"_INBOX.IjUJsYH6Oao0LuCQqLChGj","Timeout":"5000000000","Trace-Id":"t1","X-User-Id":"john"},"Body":null}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.next","X-Micro-Endpoint":"Greeter.Chat","X-Micro-ID":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.next"},"Body":"EgpIZWxsbyBKb2hu"}"#
            ]),
        NATSRecording(
            "v4.11.0", "nats_chain_stream_call_proto/2",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.nilnRATfnGAWcYGJbp7dCo","Micro-Endpoint":"Greeter.Hello","Micro-ID":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.next","Micro-Stream":"1","Remote":"_INBOX.ZiiMWpoQnP27mWP2Eddfzj","Timeout":"5000000000","Trace-Id":"t1","X-User-Id":"john"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Local":"_INBOX.nilnRATfnGAWcYGJbp7dCo","Micro-Endpoint":"Greeter.Hello","Micro-ID":"1","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.next","Micro-Stream":"1","Remote":"_INBOX.ZiiMWpoQnP27mWP2Eddfzj","Timeout":"5000000000","Trace-Id":"t1","X-User-Id":"john"},"Body":"CgRNYXJ5"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"0","X-Micro-ID":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"1","X-Micro-ID":"1"},"Body":"EgpIZWxsbyBNYXJ5"}"#,
            ]),
    ]
}
