// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// Errors of handlers, one connection each, and a call after them.
    static let errors: [GoMicroRecording] = [
        GoMicroRecording(
            "v0.14.1", "http_error_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 39\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{1}\0\0\0\0\0\0\0\0\0\0\u{7}\n\u{5}taken"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 129\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0y\n\rGreeter.Hello\u{11}\u{1}\0\0\0\0\0\0\0\u{1A}_{\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\0\0\0\0"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_error_proto/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 39\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{2}\0\0\0\0\0\0\0\0\0\0\u{7}\n\u{5}plain"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 47\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0'\n\rGreeter.Hello\u{11}\u{2}\0\0\0\0\0\0\0\u{1A}\rplain failure\0\0\0\0"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_error_proto/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 38\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\u{3}\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 46\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{1A}\n\rGreeter.Hello\u{11}\u{3}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_error_json/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 64\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"missing\"}],\"id\":0}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 147\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":0,\"result\":{},\"error\":\"{\\\"id\\\":\\\"go.micro.srv.greeter\\\",\\\"code\\\":404,\\\"detail\\\":\\\"no such name \\\\\\\"missing\\\\\\\"\\\",\\\"status\\\":\\\"Not Found\\\"}\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_error_json/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 62\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"taken\"}],\"id\":1}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 145\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":1,\"result\":{},\"error\":\"{\\\"id\\\":\\\"go.micro.srv.greeter\\\",\\\"code\\\":409,\\\"detail\\\":\\\"name \\\\\\\"taken\\\\\\\" is taken\\\",\\\"status\\\":\\\"Conflict\\\"}\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_error_json/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 62\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"plain\"}],\"id\":2}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 45\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":2,\"result\":{},\"error\":\"plain failure\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_error_json/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 61\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"method\":\"Greeter.Hello\",\"params\":[{\"name\":\"John\"}],\"id\":3}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 57\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":3,\"result\":{\"greeting\":\"Hello John\"},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_error_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{5}taken"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_error_proto/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 2\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{5}plain"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Error: plain failure\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 2\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_error_proto/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 3\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 3\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_error_json/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 19\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"missing\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_error_json/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"taken\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_error_json/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 2\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"plain\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Error: plain failure\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 2\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_error_json/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 3\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 3\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_error_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{5}taken"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_error_proto/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 2\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{5}plain"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: plain failure\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Error: plain failure\r\nX-Micro-Id: 2\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_error_proto/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 3\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 3\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_error_json/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 19\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"missing\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_error_json/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"taken\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_error_json/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 2\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"plain\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: plain failure\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Error: plain failure\r\nX-Micro-Id: 2\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_error_json/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 3\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 3\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_error_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{5}taken"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_error_proto/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{5}plain"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: plain failure\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: plain failure\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_error_proto/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 3\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_error_json/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 19\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"missing\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_error_json/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"taken\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_error_json/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"plain\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: plain failure\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: plain failure\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_error_json/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 3\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_error_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{5}taken"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_error_proto/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{5}plain"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: plain failure\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: plain failure\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_error_proto/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_error_json/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 19\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"missing\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_error_json/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"taken\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_error_json/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"plain\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: plain failure\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: plain failure\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_error_json/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_error_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 9\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{7}missing"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_error_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{5}taken"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_error_proto/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{5}plain"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: plain failure\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: plain failure\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_error_proto/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_error_json/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 19\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"missing\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_error_json/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"taken\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":409,\"detail\":\"name \\\"taken\\\" is taken\",\"status\":\"Conflict\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_error_json/2",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"plain\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: plain failure\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: plain failure\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_error_json/3",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]

    /// Calls to an endpoint that the server does not have; in v4 and later also `Debug`, which is registered separately.
    static let unknownEndpoints: [GoMicroRecording] = [
        GoMicroRecording(
            "v1.0.0", "http_unknown_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Nope\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Nope\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Nope\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Nope\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Nope\r\nMicro-Error: rpc: can't find method Nope\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Nope\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Nope\r\nX-Micro-Error: rpc: can't find method Nope\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Nope\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_unknown_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Nope\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Nope\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Nope\r\nMicro-Error: rpc: can't find method Nope\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Nope\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: rpc: can't find method Nope\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_unknown_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Nope\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Nope\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Nope\r\nMicro-Error: rpc: can't find method Nope\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Nope\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: rpc: can't find method Nope\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_nodebug_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-Error: rpc: can't find service Debug\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: rpc: can't find service Debug\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_nodebug_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Stats\r\nMicro-Id: 1\r\nMicro-Method: Debug.Stats\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Stats\r\nMicro-Error: rpc: can't find service Debug\r\nMicro-Id: 1\r\nMicro-Method: Debug.Stats\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: rpc: can't find service Debug\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_nodebug_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-Error: rpc: can't find service Debug\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: rpc: can't find service Debug\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_nodebug_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Stats\r\nMicro-Id: 1\r\nMicro-Method: Debug.Stats\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Stats\r\nMicro-Error: rpc: can't find service Debug\r\nMicro-Id: 1\r\nMicro-Method: Debug.Stats\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: rpc: can't find service Debug\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]
}
