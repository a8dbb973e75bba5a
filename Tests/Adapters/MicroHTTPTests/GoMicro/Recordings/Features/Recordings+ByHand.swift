// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// Calls written by hand in the protocol before v1.0, with and without headers.
    static let legacyCalls: [GoMicroRecording] = [
        GoMicroRecording(
            "v0.14.1", "http_oldprotocol_by_hand/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 46\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\n\r\n\0\0\0\u{1A}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_oldprotocol_by_hand/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 57\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\n\r\n{\"id\":7,\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_oldprotocol_by_hand/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 46\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\0\0\0\u{1A}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_oldprotocol_by_hand/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 57\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"id\":7,\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_oldprotocol_by_hand/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 46\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\u{1A}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_oldprotocol_by_hand/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 59\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n{\"id\":\"7\",\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_oldprotocol_by_hand/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 46\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\0\0\0\u{1A}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_oldprotocol_by_hand/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 59\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"id\":\"7\",\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_oldprotocol_by_hand/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 33\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nMicro-Id: 7\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\r\n\0\u{11}\u{7}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_oldprotocol_by_hand/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 59\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nMicro-Id: 7\r\nX-Micro-Id: 7\r\n\r\n{\"id\":\"7\",\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_oldprotocol_by_hand/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 33\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\0\0\0\r\n\0\u{11}\u{7}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_oldprotocol_by_hand/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 59\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"id\":\"7\",\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_oldprotocol_by_hand/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 33\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nMicro-Id: 7\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\r\n\0\u{11}\u{7}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_oldprotocol_by_hand/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 59\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nMicro-Id: 7\r\nX-Micro-Id: 7\r\n\r\n{\"id\":\"7\",\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_oldprotocol_by_hand/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 33\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\0\0\0\r\n\0\u{11}\u{7}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_oldprotocol_by_hand/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 59\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"id\":\"7\",\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_oldprotocol_by_hand/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 29\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nMicro-Id: 7\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\t\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_oldprotocol_by_hand/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 59\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nMicro-Id: 7\r\nX-Micro-Id: 7\r\n\r\n{\"id\":\"7\",\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_oldprotocol_by_hand/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 29\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\0\0\0\t\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_oldprotocol_by_hand/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 59\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"id\":\"7\",\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_oldprotocol_by_hand/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 29\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nMicro-Id: 7\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\t\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_oldprotocol_by_hand/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 59\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nMicro-Id: 7\r\nX-Micro-Id: 7\r\n\r\n{\"id\":\"7\",\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_oldprotocol_by_hand/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 38\r\nContent-Type: application/proto-rpc\r\nAccept: application/proto-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 29\r\nAccept: application/proto-rpc\r\nContent-Type: application/proto-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\0\0\0\t\u{11}\u{7}\0\0\0\0\0\0\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_oldprotocol_by_hand/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 61\r\nContent-Type: application/json-rpc\r\nAccept: application/json-rpc\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Method: Greeter.Hello\r\nMicro-Id: 7\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Id: 7\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":7}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 59\r\nAccept: application/json-rpc\r\nContent-Type: application/json-rpc\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 7\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 7\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"id\":\"7\",\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]

    /// The end of a client, written by hand: the connection stays open after it.
    static let ends: [GoMicroRecording] = [
        GoMicroRecording(
            "v0.20.0", "http_stream_eos_by_hand",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 0\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Chat\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 6\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Chat\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 0\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Error: EOS\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Error: EOS\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_stream_eos_by_hand",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 0\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 6\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 0\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Error: EOS\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_stream_eos_by_hand",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 0\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Stream: 0\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 6\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Stream: 0\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 0\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Stream: 0\r\nMicro-Error: EOS\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_stream_eos_by_hand",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 0\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Stream: 0\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 6\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Stream: 0\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 0\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Stream: 0\r\nMicro-Error: EOS\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_stream_eos_by_hand",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 0\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Stream: 0\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 6\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Stream: 0\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 0\r\nContent-Type: application/protobuf\r\nAccept: application/protobuf\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Method: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Stream: 0\r\nMicro-Error: EOS\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]
}
