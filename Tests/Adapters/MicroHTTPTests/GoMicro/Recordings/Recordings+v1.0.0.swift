// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// TCP connections between a client and a server of go-micro v1.0.0.
    static let v10: [GoMicroRecording] = [
        GoMicroRecording(
            "v1.0.0", "http_unary_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
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
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
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
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello Mary
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_unary_json",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 16\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
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
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {\"greeting\":\"Hello John\"}\n
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 16\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {\"name\":\"Mary\"}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 26\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    {\"greeting\":\"Hello Mary\"}\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_empty_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Empty\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Empty\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Empty\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Method: Greeter.Empty\r\n\
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
                    Micro-Endpoint: Greeter.Empty\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Empty\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Empty\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Method: Greeter.Empty\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Empty\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Empty\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Empty\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Empty\r\n\
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
                    Micro-Endpoint: Greeter.Empty\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Empty\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Empty\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Empty\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 2\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 2\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
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
                    Micro-Endpoint: Greeter.Empty\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 2\r\n\
                    Micro-Method: Greeter.Empty\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Empty\r\n\
                    X-Micro-Id: 2\r\n\
                    X-Micro-Method: Greeter.Empty\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 3\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 3\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
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
                    Micro-Endpoint: Greeter.Empty\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 3\r\n\
                    Micro-Method: Greeter.Empty\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Empty\r\n\
                    X-Micro-Id: 3\r\n\
                    X-Micro-Method: Greeter.Empty\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_error_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 9\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
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
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\
                    \",\"status\":\"Not Found\"}\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\
                    \\\"\",\"status\":\"Not Found\"}\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_stream_empty_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
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
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
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
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
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
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
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
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
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
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_stream_server_ends_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
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
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
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
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 5\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \n\
                    \u{3}bye
                    """),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_stream_error_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
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
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
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
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 9\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
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
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\
                    \",\"status\":\"Not Found\"}\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\
                    \\\"\",\"status\":\"Not Found\"}\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n
                    """),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_count_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Count\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Count\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-Method: Greeter.Count\r\n\
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
                    Micro-Endpoint: Greeter.Count\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Count\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-Method: Greeter.Count\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{8}\u{3}
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Count\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Count\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-Method: Greeter.Count\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    Content-Length: 0\r\n\
                    \r\n\
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 2\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Count\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Count\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-Method: Greeter.Count\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{8}\u{1}HTTP/1.1 200 OK\r\n\
                    Content-Length: 2\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.Count\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.Count\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Count\r\n\
                    X-Micro-Method: Greeter.Count\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    \r\n\
                    \u{8}\u{2}
                    """),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_chain_call_stream_proto/1",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19391\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:27390\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Remote: 127.0.0.1:45084\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19391\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:27390\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Remote: 127.0.0.1:45084\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
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
                    Local: 127.0.0.1:27390\r\n\
                    Micro-Endpoint: Greeter.Chat\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Chat\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Remote: 127.0.0.1:45084\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Chat\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Chat\r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_chain_stream_call_proto/1",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Transfer-Encoding: chunked\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.ChatForward\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.ChatForward\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-Method: Greeter.ChatForward\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    0\r\n\
                    \r\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.ChatForward\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.ChatForward\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-Method: Greeter.ChatForward\r\n\
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
                    Micro-Endpoint: Greeter.ChatForward\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.ChatForward\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-Method: Greeter.ChatForward\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Micro-Endpoint: Greeter.ChatForward\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.ChatForward\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-Method: Greeter.ChatForward\r\n\
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
                    Micro-Endpoint: Greeter.ChatForward\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Method: Greeter.ChatForward\r\n\
                    Micro-Service: go.micro.srv.greeter\r\n\
                    Timeout: 5000000000\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.ChatForward\r\n\
                    X-Micro-Method: Greeter.ChatForward\r\n\
                    X-Micro-Service: go.micro.srv.greeter\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello Mary
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_chain_stream_call_proto/2",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19391\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:27390\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Remote: 127.0.0.1:45092\r\n\
                    Timeout: 4998567252\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
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
                    Local: 127.0.0.1:27390\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 0\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Remote: 127.0.0.1:45092\r\n\
                    Timeout: 4998567252\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 0\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19391\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 6\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Local: 127.0.0.1:27390\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Remote: 127.0.0.1:45092\r\n\
                    Timeout: 4995778490\r\n\
                    Trace-Id: t1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
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
                    Local: 127.0.0.1:27390\r\n\
                    Micro-Endpoint: Greeter.Hello\r\n\
                    Micro-From-Service: greeter-cli\r\n\
                    Micro-Id: 1\r\n\
                    Micro-Method: Greeter.Hello\r\n\
                    Micro-Service: go.micro.srv.next\r\n\
                    Remote: 127.0.0.1:45092\r\n\
                    Timeout: 4998567252\r\n\
                    Trace-Id: t1\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-Endpoint: Greeter.Hello\r\n\
                    X-Micro-Id: 1\r\n\
                    X-Micro-Method: Greeter.Hello\r\n\
                    X-Micro-Service: go.micro.srv.next\r\n\
                    X-User-Id: john\r\n\
                    \r\n\
                    \u{12}\n\
                    Hello Mary
                    """),
            ]),
    ]
}
