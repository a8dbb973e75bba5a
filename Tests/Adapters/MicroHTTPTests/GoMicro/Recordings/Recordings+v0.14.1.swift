// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// TCP connections between a client and a server of go-micro v0.14.1.
    static let v014: [GoMicroRecording] = [
        GoMicroRecording(
            "v0.14.1", "http_unary_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 38\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Hello\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{6}\n\
                    \u{4}John
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 46\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Hello\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{C}\u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 38\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Hello\u{11}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{6}\n\
                    \u{4}Mary
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 46\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Hello\u{11}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{C}\u{12}\n\
                    Hello Mary
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_unary_json",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 61\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    {\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":0}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 57\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    {\"id\":0,\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 61\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    {\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"Mary\"}],\"id\":1}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 57\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    {\"id\":1,\"result\":{\"greeting\":\"Hello Mary\"},\"error\":null}\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_unary_default",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 38\r\n\
                    Accept: application/octet-stream\r\n\
                    Content-Type: application/octet-stream\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Hello\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{6}\n\
                    \u{4}John
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 46\r\n\
                    Accept: application/octet-stream\r\n\
                    Content-Type: application/octet-stream\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Hello\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{C}\u{12}\n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 38\r\n\
                    Accept: application/octet-stream\r\n\
                    Content-Type: application/octet-stream\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Hello\u{11}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{6}\n\
                    \u{4}Mary
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 46\r\n\
                    Accept: application/octet-stream\r\n\
                    Content-Type: application/octet-stream\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Hello\u{11}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{C}\u{12}\n\
                    Hello Mary
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_empty_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 32\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Empty\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 34\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Empty\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{0}
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 32\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Empty\u{11}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 34\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Empty\u{11}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{0}
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 32\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Hello\u{11}\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 34\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Hello\u{11}\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{0}
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 38\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Hello\u{11}\u{3}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{6}\n\
                    \u{4}John
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 46\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Hello\u{11}\u{3}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{C}\u{12}\n\
                    Hello John
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_error_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 41\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Hello\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{9}\n\
                    \u{7}missing
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 131\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}{\n\
                    \rGreeter.Hello\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}a{\"id\":\"go.micro.srv.greeter\"\
                    ,\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\u{0}\u{0}\u{0}\
                    \u{0}
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_stream_empty_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 31\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{17}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}POST / HTTP/1.1\r\
                    \n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 31\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{17}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 33\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{19}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{0}
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 37\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{17}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{6}\n\
                    \u{4}John
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 45\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{19}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{C}\u{12}\
                    \n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 31\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{17}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 33\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{19}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{0}
                    """),
                .clientCloses,
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 36\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1C}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{3}EOS\u{0}\u{0}\u{0}\u{0}
                    """),
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_stream_server_ends_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 31\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{17}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}POST / HTTP/1.1\r\
                    \n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 37\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{17}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{6}\n\
                    \u{4}John
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 45\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{19}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{C}\u{12}\
                    \n\
                    Hello John
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 36\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{17}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{5}\n\
                    \u{3}bye
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 36\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1C}\n\
                    \u{C}Greeter.Chat\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{3}EOS\u{0}\u{0}\u{0}\u{0}
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_stream_error_json",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 47\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    {\"method\":\"Greeter.Chat\",\"params\":[{}],\"id\":0}\n\
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 60\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    {\"method\":\"Greeter.Chat\",\"params\":[{\"name\":\"John\"}],\"id\":0}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 57\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    {\"id\":0,\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n
                    """),
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19390\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 63\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    {\"method\":\"Greeter.Chat\",\"params\":[{\"name\":\"missing\"}],\"id\":0}\n
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 147\r\n\
                    Accept: application/json\r\n\
                    Content-Type: application/json\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    {\"id\":0,\"result\":{},\"error\":\"{\\\"id\\\":\\\"go.micro.srv.greeter\\\",\\\"code\\\":404,\\\"de\
                    tail\\\":\\\"no such name \\\\\\\"missing\\\\\\\"\\\",\\\"status\\\":\\\"Not Found\\\"}\"}\n
                    """),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_count_proto",
            [
                .client(
                    """
                    POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 32\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Count\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}POST / HTTP/1.1\r\n\
                    Host: 127.0.0.1:19190\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    Content-Length: 34\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{18}\n\
                    \rGreeter.Count\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{2}\u{8}\u{3}
                    """),
                .server(
                    """
                    HTTP/1.1 200 OK\r\n\
                    Content-Length: 34\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Count\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{0}HTTP/1.1\
                     200 OK\r\n\
                    Content-Length: 36\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Count\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{2}\u{8}\
                    \u{1}HTTP/1.1 200 OK\r\n\
                    Content-Length: 36\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1A}\n\
                    \rGreeter.Count\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{0}\u{0}\u{0}\u{0}\u{2}\u{8}\
                    \u{2}HTTP/1.1 200 OK\r\n\
                    Content-Length: 37\r\n\
                    Accept: application/protobuf\r\n\
                    Content-Type: application/protobuf\r\n\
                    Timeout: 5000000000\r\n\
                    User-Agent: Go-http-client/1.1\r\n\
                    X-Micro-From-Service: greeter-cli\r\n\
                    \r\n\
                    \u{0}\u{0}\u{0}\u{1D}\n\
                    \rGreeter.Count\u{11}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1A}\u{3}EOS\u{0}\u{0}\u{0}\u{0}
                    """),
                .clientCloses,
                .serverCloses,
            ]),
    ]
}
