// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let headers = [
        TransportCase(
            "T13", .core, "Headers of requests and responses arrive unchanged.",
            rationale: "Metadata and trace context are lost between caller and service."
        ) { context in
            let listener = try await context.serve { request in
                var headers = request.headers
                headers.add("answer", "yes")
                return TransportResponse(contentType: request.contentType, headers: headers)
            }
            let allHeaders: [Headers] = [
                ["traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "baggage": "a=b,c=d%20e"],
                ["X-User-Id": "john"], ["long": String(repeating: "x", count: 8000)],
                ["quote": #""a" \ b, c; d=e"#, "tab": "a\tb"],
            ]
            for sent in allHeaders {
                let response = try await context.client.call(context.request(headers: sent), to: listener.address)
                for (name, value) in sent {
                    try context.expect(response.headers.values(name), is: [value], "the header \(name)")
                }
                try context.expect(response.headers.count, is: sent.count + 1, "the number of headers")
            }
        },
        TransportCase(
            "T14", .core,
            "Header values with control characters or characters beyond ASCII arrive unchanged or are refused.",
            rationale: "Values are truncated at a zero byte, or characters are replaced by question marks."
        ) { context in
            let listener = try await context.serve()
            for value in ["Grüße, 世界, 😀", "a\u{0}b", "\u{1}\u{2}", "a\u{7F}", "", " blanks ", "\u{80}\u{FF}"] {
                do {
                    let response = try await context.client.call(
                        context.request(headers: ["value": value]), to: listener.address)
                    try context.expect(response.headers["value"], is: value, "the value")
                } catch let error as MicroError {
                    try context.expect(
                        error.code, is: .invalidArgument, "the error code for \(value.debugDescription)")
                }
            }
            try await context.expectStillServing(listener.address, after: "all these headers")
        },
        TransportCase(
            "T15", .core,
            "Repeated headers arrive in their order or are refused; headers with line breaks are always refused.",
            rationale: "Repeated values are joined or dropped; line breaks inject further headers."
        ) { context in
            let listener = try await context.serve()
            let repeated: Headers = ["k": "1", "K": "2", "a": "3", "k": "1"]
            if context.claims.contains("repeatedHeaders") {
                let response = try await context.client.call(context.request(headers: repeated), to: listener.address)
                let found = response.headers.map { "\($0.name): \($0.value)" }
                try context.expect(found, is: ["k: 1", "K: 2", "a: 3", "k: 1"], "the repeated headers")
            } else {
                try await context.expectError(.unsupported, .invalidArgument, from: "repeated headers") {
                    _ = try await context.client.call(context.request(headers: repeated), to: listener.address)
                }
            }
            for (name, value) in [
                ("k", "a\r\nb: c"), ("k", "a\nb"), ("k\r\nb", "c"), ("k:", "v"), ("", "v"), ("k", "a\r"),
            ] {
                var headers = Headers()
                headers.add(name, value)
                let request = context.request(headers: headers)
                try await context.expectError(.invalidArgument, from: "the header \(name.debugDescription)") {
                    _ = try await context.client.call(request, to: listener.address)
                }
            }
            try await context.expectStillServing(listener.address, after: "all these headers")
        },
        TransportCase(
            "T17", .core, "Headers of the transport neither reach the service nor overwrite headers of the user.",
            rationale: "go-micro returns every header of a request to the caller."
        ) { context in
            let listener = try await context.serve { request in
                // Returns the headers of the request in the body, without any headers in the response.
                let fields = request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "\n")
                return TransportResponse(contentType: request.contentType, body: ByteBuffer(string: fields))
            }
            let bare = try await context.client.call(context.request(), to: listener.address)
            try context.expect(String(buffer: bare.body), is: "", "the headers of a request without headers")
            try context.expect(bare.headers, is: [:], "the headers of a response without headers")
            for name in [
                "Content-Length", "Host", "Connection", "Transfer-Encoding", "Timeout", "Micro-Id", "Micro-Service",
                "Micro-Endpoint", "Micro-Error", "Accept", "X-Micro-Id", "Reply-To", "Date", "Server",
            ] {
                do {
                    let response = try await context.client.call(
                        context.request(headers: [name: "mine"]), to: listener.address)
                    try context.expect(String(buffer: response.body), is: "\(name)=mine", "the header")
                } catch let error as MicroError {
                    // A transport may refuse the header.
                    try context.expect(error.code, is: .invalidArgument, "the error code for the header \(name)")
                }
            }
        },
        TransportCase(
            "T66", .core, "The media type of a request reaches the service unchanged.",
            rationale: "A service cannot decode a request whose media type was replaced by a default."
        ) { context in
            let listener = try await context.serve { request in
                TransportResponse(contentType: "text/plain", body: ByteBuffer(string: request.contentType))
            }
            for contentType in [
                "application/json", "application/protobuf", "application/octet-stream", "application/grpc+json",
            ] {
                let request = context.request(body: ByteBuffer(string: "{}"), contentType: contentType)
                let response = try await context.client.call(request, to: listener.address)
                try context.expect(String(buffer: response.body), is: contentType, "the media type of the request")
                try context.expect(response.contentType, is: "text/plain", "the media type of the response")
            }
        },
    ]
}
