// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// Streams in JSON, a client that goes away, and an opening message that is not empty.
    static let streams: [GoMicroRecording] = [
        GoMicroRecording(
            "v0.14.1", "http_count_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 48\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"method\":\"Greeter.Count\",\"params\":[{}],\"id\":0}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 57\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"method\":\"Greeter.Count\",\"params\":[{\"count\":3}],\"id\":0}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 34\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":0,\"result\":{},\"error\":null}\nHTTP/1.1 200 OK\r\nContent-Length: 44\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":0,\"result\":{\"number\":1},\"error\":null}\nHTTP/1.1 200 OK\r\nContent-Length: 44\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":0,\"result\":{\"number\":2},\"error\":null}\nHTTP/1.1 200 OK\r\nContent-Length: 35\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":0,\"result\":{},\"error\":\"EOS\"}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_stream_empty_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_stream_error_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 19\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"missing\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_stream_server_ends_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 15\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"name\":\"bye\"}\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_count_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 12\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"count\":3}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\nHTTP/1.1 200 OK\r\nContent-Length: 13\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"number\":1}\nHTTP/1.1 200 OK\r\nContent-Length: 13\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"number\":2}\n"
                ),
                .serverCloses,
                .clientCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_stream_away_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n0\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_stream_error_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 19\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"missing\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: EOS\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_stream_server_ends_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 15\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n{\"name\":\"bye\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: EOS\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: EOS\r\nContent-Length: 0\r\n\r\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: EOS\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_count_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 12\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n{\"count\":3}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\nHTTP/1.1 200 OK\r\nContent-Length: 13\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"number\":1}\nHTTP/1.1 200 OK\r\nContent-Length: 13\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"number\":2}\nHTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Error: EOS\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: EOS\r\nContent-Length: 0\r\n\r\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Error: EOS\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_stream_away_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_stream_open_full_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 7\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n\n\u{5}firstPOST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: EOS\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_stream_empty_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: EOS\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_stream_error_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 19\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{\"name\":\"missing\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: EOS\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_stream_server_ends_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{\"name\":\"John\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"greeting\":\"Hello John\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 15\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{\"name\":\"bye\"}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: EOS\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: EOS\r\nContent-Length: 0\r\n\r\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Error: EOS\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_count_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{}\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 12\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n{\"count\":3}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\nHTTP/1.1 200 OK\r\nContent-Length: 13\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"number\":1}\nHTTP/1.1 200 OK\r\nContent-Length: 13\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"number\":2}\nHTTP/1.1 200 OK\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Error: EOS\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: EOS\r\nContent-Length: 0\r\n\r\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Error: EOS\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_stream_away_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n0\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Chat\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Chat\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Chat\r\nX-Micro-Method: Greeter.Chat\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]

    /// A stream that the server has corrupted: most messages have the content of the last one.
    static let corruptedStreams: [GoMicroRecording] = [
        GoMicroRecording(
            "v4.11.0", "http_count_burst_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n0\r\n\r\nPOST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 2\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n\u{8}\u{5}"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{8}\u{4}HTTP/1.1 200 OK\r\nContent-Length: 2\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{8}\u{4}HTTP/1.1 200 OK\r\nContent-Length: 2\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{8}\u{4}HTTP/1.1 200 OK\r\nContent-Length: 2\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Count\r\nX-Micro-Method: Greeter.Count\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{8}\u{4}HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Error: EOS\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: EOS\r\nContent-Length: 0\r\n\r\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Count\r\nMicro-Error: EOS\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Count\r\nMicro-Service: go.micro.srv.greeter\r\nMicro-Stream: 0\r\n\r\n0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ])
    ]
}
