// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroRecording {
    /// Headers of a user, and those that a handler forwards to the next service.
    static let metadata: [GoMicroRecording] = [
        GoMicroRecording(
            "v0.14.1", "http_metadata_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 38\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nX-Micro-From-Service: greeter-cli\r\nX-User-Id: john\r\n\r\n\0\0\0\u{18}\n\rGreeter.Hello\u{11}\0\0\0\0\0\0\0\0\0\0\0\u{6}\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 46\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-From-Service: greeter-cli\r\nX-User-Id: john\r\n\r\n\0\0\0\u{1A}\n\rGreeter.Hello\u{11}\0\0\0\0\0\0\0\0\u{1A}\0\0\0\0\u{C}\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_metadata_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-User-Id: john\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_chain_call_stream_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\tHello Zoe"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 3000000000\r\nTrace-Id: t1\r\nX-Micro-Endpoint: Greeter.OpenChat\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.OpenChat\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 1\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v0.20.0", "http_chain_stream_call_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19190\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-From-Service: greeter-cli\r\nX-Micro-Id: 0\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\tHello Zoe"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_metadata_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-User-Id: john\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_chain_call_call_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\tHello Zoe"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Forward\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Forward\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 3000000000\r\nTrace-Id: t1\r\nX-Micro-Endpoint: Greeter.Forward\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Forward\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_chain_call_call_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19391\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nLocal: 127.0.0.1:27390\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.next\r\nRemote: 127.0.0.1:45074\r\nTimeout: 2998606190\r\nTrace-Id: t1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.next\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nLocal: 127.0.0.1:27390\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.next\r\nRemote: 127.0.0.1:45074\r\nTimeout: 2998606190\r\nTrace-Id: t1\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.next\r\nX-User-Id: john\r\n\r\n\u{12}\nHello John"
                ),
            ]),
        GoMicroRecording(
            "v1.0.0", "http_chain_call_stream_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\tHello Zoe"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.OpenChat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.OpenChat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 3000000000\r\nTrace-Id: t1\r\nX-Micro-Endpoint: Greeter.OpenChat\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.OpenChat\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 1\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.0.0", "http_chain_stream_call_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Endpoint: Greeter.Hello\r\nX-Micro-Id: 0\r\nX-Micro-Method: Greeter.Hello\r\nX-Micro-Service: go.micro.srv.greeter\r\n\r\n\u{12}\tHello Zoe"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_metadata_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 0\r\nX-User-Id: john\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_chain_call_call_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 0\r\n\r\n\u{12}\tHello Zoe"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Forward\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Forward\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 3000000000\r\nTrace-Id: t1\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_chain_call_call_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19591\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nLocal: 127.0.0.1:27590\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.next\r\nRemote: 127.0.0.1:46356\r\nTimeout: 2997494178\r\nTrace-Id: t1\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nLocal: 127.0.0.1:27590\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.next\r\nRemote: 127.0.0.1:46356\r\nTimeout: 2997494178\r\nTrace-Id: t1\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 0\r\nX-User-Id: john\r\n\r\n\u{12}\nHello John"
                ),
            ]),
        GoMicroRecording(
            "v1.18.0", "http_chain_call_stream_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 0\r\n\r\n\u{12}\tHello Zoe"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.OpenChat\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.OpenChat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 3000000000\r\nTrace-Id: t1\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v1.18.0", "http_chain_stream_call_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Id: 0\r\n\r\n\u{12}\tHello Zoe"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_metadata_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nUser-Agent: Go-http-client/1.1\r\nX-User-Id: john\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_chain_call_call_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\tHello Zoe"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Forward\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Forward\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: t1\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_chain_call_call_proto/1",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19391\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nLocal: 127.0.0.1:27390\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.next\r\nRemote: 127.0.0.1:34828\r\nTimeout: 5000000000\r\nTrace-Id: t1\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nLocal: 127.0.0.1:27390\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.next\r\nRemote: 127.0.0.1:34828\r\nTimeout: 5000000000\r\nTrace-Id: t1\r\nUser-Agent: Go-http-client/1.1\r\nX-User-Id: john\r\n\r\n\u{12}\nHello John"
                ),
            ]),
        GoMicroRecording(
            "v4.11.0", "http_chain_call_stream_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\tHello Zoe"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.OpenChat\r\nMicro-Id: 1\r\nMicro-Method: Greeter.OpenChat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: t1\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_chain_stream_call_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\tHello Zoe"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v4.11.0", "http_direct_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello John"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19390\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 9\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{7}missing"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nX-Micro-Error: {\"id\":\"go.micro.srv.greeter\",\"code\":404,\"detail\":\"no such name \\\"missing\\\"\",\"status\":\"Not Found\"}\r\nContent-Length: 0\r\n\r\n"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_metadata_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nCity: Z\u{C3}\u{BC}rich\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: a,b;c=d\r\nUser-Agent: Go-http-client/1.1\r\nX-User-Id: john\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_chain_call_stream_proto/0",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 5\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{3}Zoe"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\tHello Zoe"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.OpenChat\r\nMicro-Id: 1\r\nMicro-Method: Greeter.OpenChat\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nTrace-Id: t1\r\nX-User-Id: john\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
        GoMicroRecording(
            "v5.0.0", "http_empty_proto",
            [
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Empty\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Empty\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Empty\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Empty\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 0\r\n\r\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Empty\r\nMicro-Id: 1\r\nMicro-Method: Greeter.Empty\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Empty\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Empty\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 0\r\n\r\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 2\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n0\r\n\r\n"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Empty\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Empty\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 0\r\n\r\n"
                ),
                .client(
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1:19590\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 6\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Hello\r\nMicro-Id: 3\r\nMicro-Method: Greeter.Hello\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n\r\n\n\u{4}John"
                ),
                .server(
                    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nAccept: application/protobuf\r\nContent-Type: application/protobuf\r\nMicro-Endpoint: Greeter.Empty\r\nMicro-Id: 0\r\nMicro-Method: Greeter.Empty\r\nMicro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\nUser-Agent: Go-http-client/1.1\r\n\r\n\u{12}\nHello John"
                ),
                .clientCloses,
                .serverCloses,
            ]),
    ]
}
