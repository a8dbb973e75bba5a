// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension NATSRecording {
    /// Headers of a user and of a handler that forwards them, JSON, errors of streams, and a client that disconnects.
    static let features: [NATSRecording] = [
        NATSRecording(
            "v1.0.0", "nats_metadata_proto",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","City":"Zürich","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"0","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter","X-User-Id":"john","trace-id":"a,b;c=d"},"Body":"CgRKb2hu"}"#
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#
            ]),
        NATSRecording(
            "v1.0.0", "nats_unary_json",
            requests: [
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"0","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":"eyJuYW1lIjoiSm9obiJ9Cg=="}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"1","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":"eyJuYW1lIjoiTWFyeSJ9Cg=="}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/json","Micro-Id":"0","X-Micro-Id":"0"},"Body":"eyJncmVldGluZyI6IkhlbGxvIEpvaG4ifQo="}"#,
                #"{"Header":{"Content-Type":"application/json","Micro-Id":"1","X-Micro-Id":"1"},"Body":"eyJncmVldGluZyI6IkhlbGxvIE1hcnkifQo="}"#,
            ]),
        NATSRecording(
            "v1.0.0", "nats_stream_empty_json",
            requests: [
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"e30K"}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"e30K"}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"eyJuYW1lIjoiSm9obiJ9Cg=="}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"e30K"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"e30K"}"#,
                #"{"Header":{"Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"eyJncmVldGluZyI6IkhlbGxvIEpvaG4ifQo="}"#,
                #"{"Header":{"Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"e30K"}"#,
            ]),
        NATSRecording(
            "v1.0.0", "nats_chain_call_stream_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.Hello","X-Micro-Id":"0","X-Micro-Method":"Greeter.Hello","X-Micro-Service":"go.micro.srv.greeter"},"Body":"CgNab2U="}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.OpenChat","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.OpenChat","Micro-Service":"go.micro.srv.greeter","Timeout":"3000000000","X-Micro-Endpoint":"Greeter.OpenChat","X-Micro-Id":"1","X-Micro-Method":"Greeter.OpenChat","X-Micro-Service":"go.micro.srv.greeter","X-User-Id":"john","trace-id":"t1"},"Body":"CgRKb2hu"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"EglIZWxsbyBab2U="}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"1","X-Micro-Id":"1"},"Body":"EgpIZWxsbyBKb2hu"}"#,
            ]),
        NATSRecording(
            "v1.0.0", "nats_chain_stream_call_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.ChatForward","X-Micro-Method":"Greeter.ChatForward","X-Micro-Service":"go.micro.srv.greeter","X-User-Id":"john","trace-id":"t1"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.ChatForward","X-Micro-Method":"Greeter.ChatForward","X-Micro-Service":"go.micro.srv.greeter","X-User-Id":"john","trace-id":"t1"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-From-Service":"greeter-cli","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Greeter.ChatForward","X-Micro-Method":"Greeter.ChatForward","X-Micro-Service":"go.micro.srv.greeter","X-User-Id":"john","trace-id":"t1"},"Body":"CgRNYXJ5"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.ChatForward","X-Micro-Method":"Greeter.ChatForward","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.ChatForward","X-Micro-Method":"Greeter.ChatForward","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBNYXJ5"}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_metadata_proto",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","City":"Zürich","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-User-Id":"john","trace-id":"a,b;c=d"},"Body":"CgRKb2hu"}"#
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#
            ]),
        NATSRecording(
            "v1.18.0", "nats_unary_json",
            requests: [
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"eyJuYW1lIjoiSm9obiJ9Cg=="}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"eyJuYW1lIjoiTWFyeSJ9Cg=="}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/json","Micro-Id":"0","X-Micro-Id":"0"},"Body":"eyJncmVldGluZyI6IkhlbGxvIEpvaG4ifQo="}"#,
                #"{"Header":{"Content-Type":"application/json","Micro-Id":"1","X-Micro-Id":"1"},"Body":"eyJncmVldGluZyI6IkhlbGxvIE1hcnkifQo="}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_stream_empty_json",
            requests: [
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"e30K"}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"e30K"}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"eyJuYW1lIjoiSm9obiJ9Cg=="}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"e30K"}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":""}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"e30K"}"#,
                #"{"Header":{"Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"eyJncmVldGluZyI6IkhlbGxvIEpvaG4ifQo="}"#,
                #"{"Header":{"Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"e30K"}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_chain_call_stream_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgNab2U="}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.OpenChat","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Greeter.OpenChat","Micro-Service":"go.micro.srv.greeter","Timeout":"3000000000","X-User-Id":"john","trace-id":"t1"},"Body":"CgRKb2hu"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"EglIZWxsbyBab2U="}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"1","X-Micro-Id":"1"},"Body":"EgpIZWxsbyBKb2hu"}"#,
            ]),
        NATSRecording(
            "v4.11.0", "nats_metadata_proto",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","City":"Zürich","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-ID":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","Trace-Id":"a,b;c=d","X-User-Id":"john"},"Body":"CgRKb2hu"}"#
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"0","X-Micro-ID":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#
            ]),
        NATSRecording(
            "v4.11.0", "nats_unary_json",
            requests: [
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Hello","Micro-ID":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"eyJuYW1lIjoiSm9obiJ9Cg=="}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Hello","Micro-ID":"1","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"eyJuYW1lIjoiTWFyeSJ9Cg=="}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/json","Micro-ID":"0","X-Micro-ID":"0"},"Body":"eyJncmVldGluZyI6IkhlbGxvIEpvaG4ifQo="}"#,
                #"{"Header":{"Content-Type":"application/json","Micro-ID":"1","X-Micro-ID":"1"},"Body":"eyJncmVldGluZyI6IkhlbGxvIE1hcnkifQo="}"#,
            ]),
        NATSRecording(
            "v4.11.0", "nats_stream_empty_json",
            requests: [
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":"e30K"}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":"e30K"}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":"eyJuYW1lIjoiSm9obiJ9Cg=="}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":"e30K"}"#,
                #"{"Header":{"Accept":"application/json","Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0"},"Body":null}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-ID":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"e30K"}"#,
                #"{"Header":{"Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-ID":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"eyJncmVldGluZyI6IkhlbGxvIEpvaG4ifQo="}"#,
                #"{"Header":{"Content-Type":"application/json","Micro-Endpoint":"Greeter.Chat","Micro-ID":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-ID":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"e30K"}"#,
            ]),
        NATSRecording(
            "v4.11.0", "nats_chain_call_stream_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-ID":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgNab2U="}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.OpenChat","Micro-ID":"1","Micro-Method":"Greeter.OpenChat","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","Trace-Id":"t1","X-User-Id":"john"},"Body":"CgRKb2hu"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"0","X-Micro-ID":"0"},"Body":"EglIZWxsbyBab2U="}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"1","X-Micro-ID":"1"},"Body":"EgpIZWxsbyBKb2hu"}"#,
            ]),
        NATSRecording(
            "v4.11.0", "nats_chain_stream_call_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-ID":"1","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"1","Trace-Id":"t1","X-User-Id":"john"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-ID":"1","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"1","Trace-Id":"t1","X-User-Id":"john"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-ID":"1","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"1","Trace-Id":"t1","X-User-Id":"john"},"Body":"CgRNYXJ5"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-Error":"EOS","Micro-ID":"1","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"1","Trace-Id":"t1","X-User-Id":"john"},"Body":null}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-ID":"1","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.ChatForward","X-Micro-ID":"1","X-Micro-Method":"Greeter.ChatForward","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.ChatForward","Micro-ID":"1","Micro-Method":"Greeter.ChatForward","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.ChatForward","X-Micro-ID":"1","X-Micro-Method":"Greeter.ChatForward","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBNYXJ5"}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_stream_error_proto",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"CgdtaXNzaW5n"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Error":"EOS","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":""}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Error":"{\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000","X-Micro-Error":"{\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}"},"Body":""}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_stream_away_proto",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","Micro-Stream":"0","Timeout":"5000000000"},"Body":"CgRKb2hu"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Chat","Micro-Id":"0","Micro-Method":"Greeter.Chat","Micro-Service":"go.micro.srv.greeter","X-Micro-Endpoint":"Greeter.Chat","X-Micro-Id":"0","X-Micro-Method":"Greeter.Chat","X-Micro-Service":"go.micro.srv.greeter"},"Body":"EgpIZWxsbyBKb2hu"}"#
            ]),
        NATSRecording(
            "v5.0.0", "nats_unary_proto/1",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-ID":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgRKb2hu"}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-ID":"1","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":"CgRNYXJ5"}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"0","X-Micro-ID":"0"},"Body":"EgpIZWxsbyBKb2hu"}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"1","X-Micro-ID":"1"},"Body":"EgpIZWxsbyBNYXJ5"}"#,
            ]),
    ]

    /// `Debug.Health` and `Debug.Stats`.
    static let debug: [NATSRecording] = [
        NATSRecording(
            "v1.0.0", "nats_debug_proto",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Debug.Health","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Debug.Health","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Debug.Health","X-Micro-Id":"0","X-Micro-Method":"Debug.Health","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Debug.Stats","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Debug.Stats","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000","X-Micro-Endpoint":"Debug.Stats","X-Micro-Id":"1","X-Micro-Method":"Debug.Stats","X-Micro-Service":"go.micro.srv.greeter"},"Body":null}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"CgJvaw=="}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"1","X-Micro-Id":"1"},"Body":"CJOfrNgGGLCFcyAOKMPcEg=="}"#,
            ]),
        NATSRecording(
            "v1.18.0", "nats_debug_proto",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Debug.Health","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Debug.Health","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Debug.Stats","Micro-From-Service":"greeter-cli","Micro-Id":"1","Micro-Method":"Debug.Stats","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":null}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"CgJvaw=="}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"1","X-Micro-Id":"1"},"Body":"CLOfrNgGELOfrNgGIPDpcSgQMMf4Fw=="}"#,
            ]),
        NATSRecording(
            "v4.11.0", "nats_debug_proto",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Debug.Health","Micro-ID":"0","Micro-Method":"Debug.Health","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":null}"#,
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Debug.Stats","Micro-ID":"1","Micro-Method":"Debug.Stats","Micro-Service":"go.micro.srv.greeter","Timeout":"5000000000"},"Body":null}"#,
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"0","X-Micro-ID":"0"},"Body":"CgJvaw=="}"#,
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"1","X-Micro-ID":"1"},"Body":"CNKfrNgGENKfrNgGILDOVygSMKXIGw=="}"#,
            ]),
    ]

    /// A call whose deadline passes at the client before the response.
    static let expired: [NATSRecording] = [
        NATSRecording(
            "v1.18.0", "nats_timeout_proto/0",
            requests: [
                #"{"Header":{"Accept":"application/protobuf","Content-Type":"application/protobuf","Micro-Endpoint":"Greeter.Hello","Micro-From-Service":"greeter-cli","Micro-Id":"0","Micro-Method":"Greeter.Hello","Micro-Service":"go.micro.srv.greeter","Timeout":"200000000"},"Body":"CgRzbG93"}"#
            ],
            responses: [
                #"{"Header":{"Content-Type":"application/protobuf","Micro-Id":"0","X-Micro-Id":"0"},"Body":"EgpIZWxsbyBzbG93"}"#
            ])
    ]
}
