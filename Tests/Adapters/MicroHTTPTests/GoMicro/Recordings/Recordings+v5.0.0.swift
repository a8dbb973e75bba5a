// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// TCP connections between a client and a server of go-micro v5.0.0.
    static let v50: [GoMicroRecording] = [
        GoMicroRecording(
            "v5.0.0", "http_unary_json",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 16\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    \r\n\
                    {"name":"John"}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 26\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    \r\n\
                    {"greeting":"Hello John"}\n
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 16\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    \r\n\
                    {"name":"Mary"}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 26\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    \r\n\
                    {"greeting":"Hello Mary"}\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_unary_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    \r\n\
                    \n\
                    \u{4}John
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 12\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    \r\n\
                    \n\
                    \u{4}Mary
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 12\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello Mary
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_stream_empty_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Micro-Stream: 0\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Micro-Stream: 0\r\n\
                    \r\n\
                    0\r\n\
                    \r\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Micro-Stream: 0\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Micro-Stream: 0\r\n\
                    \r\n\
                    \n\
                    \u{4}John
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 12\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Micro-Stream: 0\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Micro-Stream: 0\r\n\
                    \r\n\
                    0\r\n\
                    \r\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Micro-Stream: 0\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Error: EOS\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Micro-Stream: 0\r\n\
                    \r\n\
                    0\r\n\
                    \r\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_chain_call_stream_proto/1",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19591\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:27590\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Micro-Stream: 0\r\n\
                    Remote: 127.0.0.1:36314\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19591\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:27590\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Micro-Stream: 0\r\n\
                    Remote: 127.0.0.1:36314\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \n\
                    \u{4}John
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 12\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:27590\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Micro-Stream: 0\r\n\
                    Remote: 127.0.0.1:36314\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19591\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:27590\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Error: EOS\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Micro-Stream: 0\r\n\
                    Remote: 127.0.0.1:36314\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    0\r\n\
                    \r\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
    ]
}
