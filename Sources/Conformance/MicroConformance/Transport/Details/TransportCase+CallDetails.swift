// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

extension TransportCase {
    /// Cases about requests and responses at their limits.
    static let callDetails = [
        TransportCase(
            "T69", .core, "Requests and responses carry 100 headers, an empty value, and a value of 4,000 bytes.",
            rationale: "Headers beyond a fixed number or length are dropped."
        ) { context in
            let listener = try await context.serve()
            var many = Headers()
            for number in 0..<100 { many.add("key-\(number < 10 ? "0" : "")\(number)", "value \(number)") }
            for sent in [many, ["empty": "", "other": "x"], ["long": String(repeating: "0123456789", count: 400)]] {
                let response = try await context.client.call(context.request(headers: sent), to: listener.address)
                try context.expect(
                    response.headers.map { "\($0.name): \($0.value)" }.sorted(),
                    is: sent.map { "\($0.name): \($0.value)" }.sorted(), "the headers")
            }
        },
        TransportCase(
            "T72", .core,
            "Service, endpoint and media type of a request arrive exactly as sent, including parameters of the media type.",
            rationale: "Names are changed to lower case, and media types are replaced by a default."
        ) { context in
            let listener = try await context.serve { request in
                let text = "\(request.service) \(request.endpoint) \(request.contentType)"
                return TransportResponse(contentType: "text/plain; charset=utf-8", body: ByteBuffer(string: text))
            }
            for (endpoint, contentType) in [
                ("Case.Call", "application/json"), ("lower.call", "application/protobuf"),
                ("Case.WithCapitals", "application/vnd.example+json"),
                ("Case.WithParameters", #"application/json; charset=utf-8; profile="A b""#),
            ] {
                let response = try await context.client.call(
                    context.request(endpoint, body: ByteBuffer(string: "{}"), contentType: contentType),
                    to: listener.address)
                try context.expect(
                    String(buffer: response.body), is: "\(TransportTestContext.service) \(endpoint) \(contentType)",
                    "the request")
                try context.expect(
                    response.contentType, is: "text/plain; charset=utf-8", "the media type of the response")
            }
        },
        TransportCase(
            "T76", .core, "Each call is handled exactly once, including identical concurrent calls and failing calls.",
            rationale: "Equal requests are merged, or a failed call is repeated although its handler has run."
        ) { context in
            let count = CallCounter()
            let listener = try await context.serve { request in
                count.add()
                if request.endpoint == "Case.Fail" { throw MicroError(.unavailable, "no", origin: "thrower") }
                try await Task.sleep(for: .milliseconds(5))
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { try await context.call("same", at: listener.address) } }
                try await group.waitForAll()
            }
            try context.expect(count.value, is: 20, "how often twenty equal calls were handled")
            for number in 1...3 {
                let error = try await context.expectError(.unavailable, from: "a handler that throws unavailable") {
                    try await context.call("x", "Case.Fail", at: listener.address)
                }
                try context.expect(!error.isSafeToRetry, "a call whose handler has run is not safe to retry")
                try context.expect(count.value, is: 20 + number, "how often the calls were handled")
            }
            let expired = context.request(within: .zero - .milliseconds(1))
            try await context.expectError(.deadlineExceeded, from: "a call whose deadline has passed") {
                _ = try await context.client.call(expired, to: listener.address)
            }
            try await context.never("a call whose deadline has passed is handled") { count.value > 23 }
        },
        TransportCase(
            "T77", .core, "A response that is larger than the limit fails its own call, and the server continues.",
            rationale: "The client receives the response, closes the connection, and fails the other calls on it."
        ) { context in
            let gate = AsyncGate()
            defer { gate.open() }
            let limit = context.client.capabilities.maxBodySize
            let listener = try await context.serve { request in
                if request.endpoint == "Case.Wait" { await gate.wait() }
                let size = request.endpoint == "Case.Large" ? limit + 1 : 3
                return TransportResponse(
                    contentType: request.contentType, body: ByteBuffer(repeating: 0x41, count: size))
            }
            async let other = context.call("", "Case.Wait", at: listener.address)
            try await context.eventually("the other call is handled") { gate.arrivals == 1 }
            for _ in 0..<2 {
                try await context.expectError(.payloadTooLarge, from: "a response above the limit") {
                    try await context.call("x", "Case.Large", at: listener.address)
                }
            }
            gate.open()
            try context.expect(try await other, is: "AAA", "the response of the other call")
            try context.expect(try await context.call("x", at: listener.address), is: "AAA", "the next response")
        },
        TransportCase(
            "T86", .core, "A server refuses a request above its own limit, even if the limit of the client is larger.",
            rationale: "If only the client checks sizes, any other client can exhaust the memory of a server."
        ) { context in
            let limit = 64 * 1024
            let server = try await context.makeTransport { $0.maxBodySize = limit }
            guard server.capabilities.maxBodySize == limit else {
                throw CaseNotRunnable("needs a harness that applies `maxBodySize`")
            }
            let count = CallCounter()
            let listener = try await context.serve(by: server) { request in
                count.add()
                return TransportResponse(
                    contentType: request.contentType, body: ByteBuffer(string: "\(request.body.readableBytes)"))
            }
            for size in [limit + 1, limit * 16] {
                try await context.expectError(.payloadTooLarge, from: "a request of \(size) bytes") {
                    try await context.call(String(repeating: "x", count: size), at: listener.address)
                }
            }
            try context.expect(count.value, is: 0, "how many of these requests were handled")
            let text = String(repeating: "x", count: limit)
            try context.expect(try await context.call(text, at: listener.address), is: "\(limit)", "the response")
        },
    ]
}
