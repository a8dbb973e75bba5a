// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// TCP connections between a client and a server of go-micro v0.20.0.
    static let v020: [GoMicroRecording] = [
        GoMicroRecording(
            "v0.20.0", "http_unary_json",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 16\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {"name":"John"}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 26\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
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
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {"name":"Mary"}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 26\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {"greeting":"Hello Mary"}\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_unary_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
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
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 0\r\n\
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
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
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
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello Mary
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_empty_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Empty\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Empty\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 0\r\n\
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
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Empty\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Empty\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 1\r\n\
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
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 2\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 2\r\n\
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
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 3\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
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
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 3\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_error_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 9\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \n\
                    \u{7}missing
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\
                    \\\"\",\"status\":\"Not Found\"}\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_stream_empty_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
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
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
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
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
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
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .clientCloses,
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Error: EOS\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_stream_server_ends_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
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
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 5\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \n\
                    \u{3}bye
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Error: EOS\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_stream_error_json",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 3\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {}\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 16\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {\"name\":\"John\"}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 26\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {\"greeting\":\"Hello John\"}\n
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19590\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 19\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {\"name\":\"missing\"}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 3\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\
                    \\\"\",\"status\":\"Not Found\"}\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {}\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_count_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 2\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{8}\u{3}
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n\
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 2\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{8}\u{1}HTTP/1.1 200 OK\r\n\
                    Content-Length: 2\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{8}\u{2}HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-Error: EOS\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_chain_call_stream_proto/1",
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
                    Remote: 127.0.0.1:49340\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
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
                    Remote: 127.0.0.1:49340\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
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
                    Remote: 127.0.0.1:49340\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .clientCloses,
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:27590\r\n\
                    Remote: 127.0.0.1:49340\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Error: EOS\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
                    X-User-Id: john\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_chain_stream_call_proto/1",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
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
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    X-User-Id: john\r\n\
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
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello Mary
                    """),
                .clientCloses,
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-Error: EOS\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: \r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    X-User-Id: john\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_chain_stream_call_proto/2",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19191\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:29190\r\n\
                    Remote: 127.0.0.1:51456\r\n\
                    Timeout: 4998576140\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
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
                    Local: 127.0.0.1:29190\r\n\
                    Remote: 127.0.0.1:51456\r\n\
                    Timeout: 4998576140\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19191\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:29190\r\n\
                    Remote: 127.0.0.1:51456\r\n\
                    Timeout: 4993874772\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
                    X-User-Id: john\r\n\
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
                    Local: 127.0.0.1:29190\r\n\
                    Remote: 127.0.0.1:51456\r\n\
                    Timeout: 4998576140\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello Mary
                    """),
            ]),
    ]
}
