// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let headers = [
        TransportCase(
            "T13", .core, "Headers of a request and of a response arrive as they were",
            rationale: "Metadata and traces end where a call begins."
        ) { context in
            let listener = try await context.serve { request in
                var headers = request.headers
                headers.add("answer", "yes")
                return TransportResponse(contentType: request.contentType, headers: headers)
            }
            let sets: [Headers] = [
                ["traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "baggage": "a=b,c=d%20e"],
                ["X-User-Id": "john"], ["long": String(repeating: "x", count: 8000)],
                ["quote": #""a" \ b, c; d=e"#, "tab": "a\tb"],
            ]
            for sent in sets {
                let response = try await context.client.call(context.request(headers: sent), to: listener.address)
                for (name, value) in sent {
                    try context.expect(response.headers.values(name), is: [value], "the header \(name)")
                }
                try context.expect(response.headers.count, is: sent.count + 1, "the number of headers")
            }
        },
        TransportCase(
            "T14", .core, "Values beyond ASCII, or with control bytes, arrive as they were or are refused",
            rationale: "Values are cut at a zero, or turned into question marks."
        ) { context in
            let listener = try await context.serve()
            for value in ["Grüße, 世界, 😀", "a\u{0}b", "\u{1}\u{2}", "a\u{7F}", "", " blanks ", "\u{80}\u{FF}"] {
                do {
                    let response = try await context.client.call(
                        context.request(headers: ["value": value]), to: listener.address)
                    try context.expect(response.headers["value"], is: value, "the value")
                } catch let error as MicroError {
                    try context.expect(error.code, is: .invalidArgument, "the code for \(value.debugDescription)")
                }
            }
            try context.expect(
                try await context.call("still", at: listener.address), is: "still", "a call after all that")
        },
        TransportCase(
            "T15", .core, "Several headers of one name arrive in their order or are refused, and line ends never pass",
            rationale: "Values are joined or dropped, or break out of their line."
        ) { context in
            let listener = try await context.serve()
            let repeated: Headers = ["k": "1", "K": "2", "a": "3", "k": "1"]
            if context.claims.contains("repeatedHeaders") {
                let response = try await context.client.call(context.request(headers: repeated), to: listener.address)
                let found = response.headers.map { "\($0.name): \($0.value)" }
                try context.expect(found, is: ["k: 1", "K: 2", "a: 3", "k: 1"], "several of one name")
            } else {
                try await context.expectError(.unsupported, .invalidArgument, from: "several headers of one name") {
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
            try context.expect(
                try await context.call("still", at: listener.address), is: "still", "a call after all that")
        },
        TransportCase(
            "T17", .core, "The transport's own headers neither leak to the service nor overwrite the user's",
            rationale: "go-micro echoes every header of a request to the caller."
        ) { context in
            let listener = try await context.serve { request in
                // What the handler sees comes back in the body, and nothing of it by itself.
                let names = request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "\n")
                return TransportResponse(contentType: request.contentType, body: ByteBuffer(string: names))
            }
            let bare = try await context.client.call(context.request(), to: listener.address)
            try context.expect(String(buffer: bare.body), is: "", "the headers that a bare request has")
            try context.expect(bare.headers, is: [:], "the headers that a bare response has")
            for name in [
                "Content-Length", "Host", "Connection", "Transfer-Encoding", "Timeout", "Micro-Id", "Micro-Service",
                "Micro-Endpoint", "Micro-Error", "Accept", "X-Micro-Id", "Reply-To", "Date", "Server",
            ] {
                do {
                    let response = try await context.client.call(
                        context.request(headers: [name: "mine"]), to: listener.address)
                    try context.expect(String(buffer: response.body), is: "\(name)=mine", "the header")
                } catch let error as MicroError {
                    // To say that it cannot be sent is fair.
                    try context.expect(error.code, is: .invalidArgument, "the code for the header \(name)")
                }
            }
        },
    ]
}
