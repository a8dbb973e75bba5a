// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// Messages with fields of all types in JSON, and empty ones.
    static let types: [GoMicroRecording] = [
        GoMicroRecording(
            "v0.14.1", "http_types_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 257\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"method\":\"Greeter.Types\",\"params\":[{\"text\":\"\\u003c\u{C3}\u{A9}\\u003e\",\"big_number\":1099511627776,\"data\":\"AAH/\",\"labels\":{\"a\":\"b\"},\"ratio\":0.5,\"flag\":true,\"list\":[\"x\",\"y\"],\"inner\":{\"title\":\"t\"},\"items\":[{\"title\":\"u\"}],\"small_number\":7,\"unsigned\":9,\"kind\":1}],\"id\":0}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 243\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":0,\"result\":{\"text\":\"\\u003c\u{C3}\u{A9}\\u003e\",\"big_number\":1099511627776,\"data\":\"AAH/\",\"labels\":{\"a\":\"b\"},\"ratio\":0.5,\"flag\":true,\"list\":[\"x\",\"y\"],\"inner\":{\"title\":\"t\"},\"items\":[{\"title\":\"u\"}],\"small_number\":7,\"unsigned\":9,\"kind\":1},\"error\":null}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 48\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"method\":\"Greeter.Types\",\"params\":[{}],\"id\":1}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 34\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":1,\"result\":{},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_types_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 212\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Types\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"text\":\"\\u003c\u{C3}\u{A9}\\u003e\",\"big_number\":1099511627776,\"data\":\"AAH/\",\"labels\":{\"a\":\"b\"},\"ratio\":0.5,\"flag\":true,\"list\":[\"x\",\"y\"],\"inner\":{\"title\":\"t\"},\"items\":[{\"title\":\"u\"}],\"small_number\":7,\"unsigned\":9,\"kind\":1}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 212\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Types\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"text\":\"\\u003c\u{C3}\u{A9}\\u003e\",\"big_number\":1099511627776,\"data\":\"AAH/\",\"labels\":{\"a\":\"b\"},\"ratio\":0.5,\"flag\":true,\"list\":[\"x\",\"y\"],\"inner\":{\"title\":\"t\"},\"items\":[{\"title\":\"u\"}],\"small_number\":7,\"unsigned\":9,\"kind\":1}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Types\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Types\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_types_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 212\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Types\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Types\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"text\":\"\\u003c\u{C3}\u{A9}\\u003e\",\"big_number\":1099511627776,\"data\":\"AAH/\",\"labels\":{\"a\":\"b\"},\"ratio\":0.5,\"flag\":true,\"list\":[\"x\",\"y\"],\"inner\":{\"title\":\"t\"},\"items\":[{\"title\":\"u\"}],\"small_number\":7,\"unsigned\":9,\"kind\":1}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 212\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Types\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Types\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"text\":\"\\u003c\u{C3}\u{A9}\\u003e\",\"big_number\":1099511627776,\"data\":\"AAH/\",\"labels\":{\"a\":\"b\"},\"ratio\":0.5,\"flag\":true,\"list\":[\"x\",\"y\"],\"inner\":{\"title\":\"t\"},\"items\":[{\"title\":\"u\"}],\"small_number\":7,\"unsigned\":9,\"kind\":1}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Types\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Types\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Types\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Types\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_types_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 212\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"text\":\"\\u003c\u{C3}\u{A9}\\u003e\",\"big_number\":1099511627776,\"data\":\"AAH/\",\"labels\":{\"a\":\"b\"},\"ratio\":0.5,\"flag\":true,\"list\":[\"x\",\"y\"],\"inner\":{\"title\":\"t\"},\"items\":[{\"title\":\"u\"}],\"small_number\":7,\"unsigned\":9,\"kind\":1}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 212\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 0\r\n\r\n{\"text\":\"\\u003c\u{C3}\u{A9}\\u003e\",\"big_number\":1099511627776,\"data\":\"AAH/\",\"labels\":{\"a\":\"b\"},\"ratio\":0.5,\"flag\":true,\"list\":[\"x\",\"y\"],\"inner\":{\"title\":\"t\"},\"items\":[{\"title\":\"u\"}],\"small_number\":7,\"unsigned\":9,\"kind\":1}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 1\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_types_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 212\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"text\":\"\\u003c\u{C3}\u{A9}\\u003e\",\"big_number\":1099511627776,\"data\":\"AAH/\",\"labels\":{\"a\":\"b\"},\"ratio\":0.5,\"flag\":true,\"list\":[\"x\",\"y\"],\"inner\":{\"title\":\"t\"},\"items\":[{\"title\":\"u\"}],\"small_number\":7,\"unsigned\":9,\"kind\":1}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 212\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n{\"text\":\"\\u003c\u{C3}\u{A9}\\u003e\",\"big_number\":1099511627776,\"data\":\"AAH/\",\"labels\":{\"a\":\"b\"},\"ratio\":0.5,\"flag\":true,\"list\":[\"x\",\"y\"],\"inner\":{\"title\":\"t\"},\"items\":[{\"title\":\"u\"}],\"small_number\":7,\"unsigned\":9,\"kind\":1}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]

    /// Requests written by hand: which JSON a server reads.
    static let readableTypes: [GoMicroRecording] = [
        GoMicroRecording(
            "v1.0.0", "http_accepts_json/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 53\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 0\r\n\r\n{\"bigNumber\":\"1099511627776\",\"kind\":\"BIG\",\"text\":\"x\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Error: json: cannot unmarshal string into Go struct field AllTypes.kind of type main.Kind\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Error: json: cannot unmarshal string into Go struct field AllTypes.kind of type main.Kind\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_accepts_json/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 39\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 1\r\n\r\n{\"bigNumber\":5,\"text\":\"camelCase name\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 1\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Id: 1\r\n\r\n{\"text\":\"camelCase name\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_accepts_json/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 43\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 2\r\n\r\n{\"big_number\":\"5\",\"text\":\"int64 as string\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Error: json: cannot unmarshal string into Go struct field AllTypes.big_number of type int64\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Error: json: cannot unmarshal string into Go struct field AllTypes.big_number of type int64\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_accepts_json/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 36\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 3\r\n\r\n{\"kind\":\"BIG\",\"text\":\"enum by name\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Error: json: cannot unmarshal string into Go struct field AllTypes.kind of type main.Kind\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Error: json: cannot unmarshal string into Go struct field AllTypes.kind of type main.Kind\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_accepts_json/4",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 47\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 4\r\n\r\n{\"big_number\":5,\"kind\":1,\"text\":\"as Go writes\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 48\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 4\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Id: 4\r\n\r\n{\"text\":\"as Go writes\",\"big_number\":5,\"kind\":1}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_accepts_json/5",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 33\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 5\r\n\r\n{\"text\":\"unknown field\",\"nope\":1}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 25\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 5\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Id: 5\r\n\r\n{\"text\":\"unknown field\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_accepts_json/6",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 25\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 6\r\n\r\n{\"text\":null,\"list\":null}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 6\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Id: 6\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_accepts_json/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 53\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 0\r\n\r\n{\"bigNumber\":\"1099511627776\",\"kind\":\"BIG\",\"text\":\"x\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 49\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 0\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Id: 0\r\n\r\n{\"text\":\"x\",\"big_number\":1099511627776,\"kind\":1}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_accepts_json/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 39\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 1\r\n\r\n{\"bigNumber\":5,\"text\":\"camelCase name\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 41\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 1\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Id: 1\r\n\r\n{\"text\":\"camelCase name\",\"big_number\":5}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_accepts_json/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 43\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 2\r\n\r\n{\"big_number\":\"5\",\"text\":\"int64 as string\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 42\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 2\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Id: 2\r\n\r\n{\"text\":\"int64 as string\",\"big_number\":5}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_accepts_json/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 36\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 3\r\n\r\n{\"kind\":\"BIG\",\"text\":\"enum by name\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 33\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 3\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Id: 3\r\n\r\n{\"text\":\"enum by name\",\"kind\":1}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_accepts_json/4",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 47\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 4\r\n\r\n{\"big_number\":5,\"kind\":1,\"text\":\"as Go writes\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 48\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 4\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Id: 4\r\n\r\n{\"text\":\"as Go writes\",\"big_number\":5,\"kind\":1}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_accepts_json/5",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 33\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 5\r\n\r\n{\"text\":\"unknown field\",\"nope\":1}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Error: unknown field \"nope\" in main.AllTypes\r\nMicro-Id: 5\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Error: unknown field \"nope\" in main.AllTypes\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_accepts_json/6",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nContent-Length: 25\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 6\r\n\r\n{\"text\":null,\"list\":null}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 6\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Id: 6\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_accepts_json/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 53\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 0\r\n\r\n{\"bigNumber\":\"1099511627776\",\"kind\":\"BIG\",\"text\":\"x\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 49\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 0\r\nMicro-Service: go.micro.srv.greeter\r\n\r\n{\"text\":\"x\",\"big_number\":1099511627776,\"kind\":1}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_accepts_json/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 39\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 1\r\n\r\n{\"bigNumber\":5,\"text\":\"camelCase name\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 41\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 1\r\nMicro-Service: go.micro.srv.greeter\r\n\r\n{\"text\":\"camelCase name\",\"big_number\":5}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_accepts_json/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 43\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 2\r\n\r\n{\"big_number\":\"5\",\"text\":\"int64 as string\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 42\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 2\r\nMicro-Service: go.micro.srv.greeter\r\n\r\n{\"text\":\"int64 as string\",\"big_number\":5}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_accepts_json/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 36\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 3\r\n\r\n{\"kind\":\"BIG\",\"text\":\"enum by name\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 33\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 3\r\nMicro-Service: go.micro.srv.greeter\r\n\r\n{\"text\":\"enum by name\",\"kind\":1}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_accepts_json/4",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 47\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 4\r\n\r\n{\"big_number\":5,\"kind\":1,\"text\":\"as Go writes\"}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 48\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 4\r\nMicro-Service: go.micro.srv.greeter\r\n\r\n{\"text\":\"as Go writes\",\"big_number\":5,\"kind\":1}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_accepts_json/5",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 33\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 5\r\n\r\n{\"text\":\"unknown field\",\"nope\":1}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Error: unknown field \"nope\" in greeter.AllTypes\r\nMicro-Id: 5\r\nMicro-Method: Greeter.Types\r\nMicro-Service: go.micro.srv.greeter\r\nX-Micro-Error: unknown field \"nope\" in greeter.AllTypes\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_accepts_json/6",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nContent-Length: 25\r\nContent-Type: application/json\r\nAccept: application/json\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 6\r\n\r\n{\"text\":null,\"list\":null}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Types\r\nMicro-Id: 6\r\nMicro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]
}
