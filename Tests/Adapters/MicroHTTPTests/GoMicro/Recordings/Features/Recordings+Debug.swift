// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// `Debug.Health` and `Debug.Stats`.
    static let debug: [GoMicroRecording] = [
        GoMicroRecording(
            "v0.14.1", "http_debug_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 31\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{17}\n\u{C}Debug.Health\u{11}\0\0\0\0\0\0\0\0\0\0\0\0"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 37\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{19}\n\u{C}Debug.Health\u{11}\0\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{4}\n\u{2}ok"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 30\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{16}\n\u{B}Debug.Stats\u{11}\u{1}\0\0\0\0\0\0\0\0\0\0\0"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 50\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n\0\0\0\u{18}\n\u{B}Debug.Stats\u{11}\u{1}\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{12}\u{8}\u{9D}\u{9B}\u{AC}\u{D8}\u{6}\u{10}\t\u{18}\u{E0}\u{C5}> \t(\u{8E}\u{DB}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.14.1", "http_debug_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 47\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"method\":\"Debug.Health\",\"params\":[{}],\"id\":0}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 47\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":0,\"result\":{\"status\":\"ok\"},\"error\":null}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 46\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"method\":\"Debug.Stats\",\"params\":[{}],\"id\":1}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 106\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\n\r\n{\"id\":1,\"result\":{\"started\":1795886493,\"uptime\":9,\"memory\":1056544,\"threads\":9,\"gc\":175502},\"error\":null}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_debug_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Debug.Health\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Debug.Health\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{2}ok"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Debug.Stats\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 18\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Debug.Stats\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{8}\u{E8}\u{9A}\u{AC}\u{D8}\u{6}\u{10}\u{8}\u{18}\u{C8}\u{D6}u \t(\u{AA}\u{CC}g"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_debug_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Debug.Health\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Debug.Health\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"status\":\"ok\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Debug.Stats\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 76\r\nAccept: application/json\r\nContent-Type: application/json\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Debug.Stats\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"started\":1795886440,\"uptime\":9,\"memory\":1961096,\"threads\":9,\"gc\":1697322}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_debug_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Debug.Health\r\nX-Micro-Id: 0\r\nX-Micro-Method: Debug.Health\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Debug.Health\r\nX-Micro-Id: 0\r\nX-Micro-Method: Debug.Health\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{2}ok"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Stats\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Debug.Stats\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Debug.Stats\r\nX-Micro-Id: 1\r\nX-Micro-Method: Debug.Stats\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 19\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Debug.Health\r\nX-Micro-Id: 1\r\nX-Micro-Method: Debug.Health\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{8}\u{BB}\u{9A}\u{AC}\u{D8}\u{6}\u{10}\u{8}\u{18}\u{A8}\u{84}\u{AB}\u{1} \t(\u{E7}\u{FB}\u{B}"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_debug_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Debug.Health\r\nX-Micro-Id: 0\r\nX-Micro-Method: Debug.Health\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Debug.Health\r\nX-Micro-Id: 0\r\nX-Micro-Method: Debug.Health\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"status\":\"ok\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Stats\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Debug.Stats\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Debug.Stats\r\nX-Micro-Id: 1\r\nX-Micro-Method: Debug.Stats\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 75\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Debug.Health\r\nX-Micro-Id: 1\r\nX-Micro-Method: Debug.Health\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n{\"started\":1795886395,\"uptime\":8,\"memory\":2842184,\"threads\":9,\"gc\":196071}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_debug_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 0\r\n\r\n\n\u{2}ok"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Stats\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Debug.Stats\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 25\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 1\r\n\r\n\u{8}\u{C3}\u{9A}\u{AC}\u{D8}\u{6}\u{10}\u{BB}\u{9A}\u{AC}\u{D8}\u{6}\u{18}\u{8} \u{B0}\u{B4}\u{8A}\u{1}(\u{B}0\u{D8}\u{BA}\t"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_debug_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 0\r\n\r\n{\"status\":\"ok\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Stats\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Debug.Stats\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Health\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 1\r\n\r\n{\"timestamp\":1795886403,\"started\":1795886395,\"uptime\":8,\"memory\":2319000,\"threads\":11,\"gc\":154968}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_debug_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\n\u{2}ok"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Stats\r\nMicro-Id: 1\r\nMicro-Method: Debug.Stats\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 23\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Debug.Health\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{8}\u{F6}\u{9A}\u{AC}\u{D8}\u{6}\u{10}\u{F6}\u{9A}\u{AC}\u{D8}\u{6} \u{88}\u{8D}\u{9B}\u{1}(\r0\u{C3}\u{B6}\u{1E}"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_debug_json",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Health\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 16\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Health\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n{\"status\":\"ok\"}\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Stats\r\nMicro-Id: 1\r\nMicro-Method: Debug.Stats\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n{}\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 88\r\nAccept: application/json\r\nContent-Type: application/json\r\nMicro-Endpoint: Debug.Health\r\nMicro-Id: 0\r\nMicro-Method: Debug.Health\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n{\"timestamp\":1795886455,\"started\":1795886455,\"memory\":2547944,\"threads\":13,\"gc\":587807}\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]
}
