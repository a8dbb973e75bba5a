// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// Calls with a time limit of 200 ms to a slow handler, and the next call of the same client. Clients before v1.18
    /// disconnect at the limit; v4 and later send a timeout of 5 s whatever the limit is.
    static let expiredCalls: [GoMicroRecording] = [
        GoMicroRecording(
            "v0.14.1", "http_timeout_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 38\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 200000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\0\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}slow"
                ),
                .clientCloses,
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 46\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 200000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{1A}\n\rGreeter.Hello\u{11}\0\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello slow"
                ),
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_timeout_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 38\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{1}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 46\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{1A}\n\rGreeter.Hello\u{11}\u{1}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_timeout_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 200000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}slow"
                ),
                .clientCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_timeout_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_timeout_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 200000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}slow"
                ),
                .clientCloses,
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 200000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello slow"
                ),
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_timeout_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_deadline_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 197162044\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}slow"
                ),
                .clientCloses,
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 197162044\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello slow"
                ),
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_timeout_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 200000000\r\n\r\n\n\u{4}slow"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 200000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 0\r\n\r\n\u{12}\nHello slow"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_timeout_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_timeout_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}slow"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello slow"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_timeout_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_deadline_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}slow"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello slow"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_timeout_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}slow"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello slow"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_timeout_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]

    /// Streams of clients with a time limit of 300 ms, which last longer. v4 sends no timeout with a stream.
    static let slowStreams: [GoMicroRecording] = [
        GoMicroRecording(
            "v1.0.0", "http_stream_slow_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 300000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n0\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 300000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 300000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 300000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}Mary"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 300000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello Mary"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_stream_slow_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 300000000\r\n\r\n0\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 300000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 300000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 300000000\r\n\r\n\n\u{4}Mary"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 300000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello Mary"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: EOS\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 300000000\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_stream_slow_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n0\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n\n\u{4}Mary"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello Mary"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: EOS\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]
}
