// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TestSupport
import Testing

@testable import Micro

/// A user-defined codec that reverses text.
private struct BackwardsCodec: Codec {
    var contentTypes: [String] { ["text/backwards"] }

    func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        let encode: @Sendable (Text, inout ByteBuffer) throws -> Void = { $1.writeString(String($0.text.reversed())) }
        return encode as? @Sendable (Value, inout ByteBuffer) throws -> Void
    }

    func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        let decode: @Sendable (ByteBuffer) throws -> Text = { Text(text: String(String(buffer: $0).reversed())) }
        return decode as? @Sendable (ByteBuffer) throws -> Value
    }
}

/// The options of calls and services.
@Suite(.timeLimit(.minutes(1))) struct CallTests {
    private let fixture = ServiceFixture()

    @Test func hedgedCallUsesSecondNodeWhenFirstIsSlow() async throws {
        let (requestCount, cancelled) = (Counter(), Counter())
        let services = try ["1", "2"].map { id in
            let service = try fixture.makeService("svc", id: id)
            service.handle("Ask") { (_: Text, _) in
                // The node that gets the first request does not respond.
                requestCount.add()
                guard requestCount.value > 1 else {
                    do { try await Task.sleep(for: .seconds(600)) } catch {
                        cancelled.add()
                        throw error
                    }
                    return Text(text: "")
                }
                return Text(text: id)
            }
            return service
        }
        try await fixture.whileServing(services) {
            let client = try fixture.makeClient()
            var options = CallOptions(timeout: .seconds(30), isIdempotent: true, hedgeDelay: .milliseconds(20))
            let response: Text = try await client.call("svc", "Ask", Text(text: ""), options: options)
            #expect(["1", "2"].contains(response.text))
            #expect(requestCount.value == 2)
            #expect(await eventually { cancelled.value == 1 })
            // A node that responds in time gets one request.
            options.hedgeDelay = .seconds(20)
            for _ in 0..<20 { let _: Text = try await client.call("svc", "Ask", Text(text: ""), options: options) }
            #expect(requestCount.value == 22)
            await client.close()
        }
    }

    @Test func forwardedHeadersReachNextService() async throws {
        let front = try fixture.makeService("front") { $0.forwardedHeaders = ["X-Tenant", "X-Missing"] }
        let back = try fixture.makeService("back")
        back.handle("Headers") { (_: Text, context) in
            Text(
                text: context.headers.filter { $0.name.hasPrefix("X-") }.map { "\($0.name)=\($0.value)" }.joined(
                    separator: " "))
        }
        let ownClient = front.client
        front.handle("Ask") { (request: Text, _) -> Text in
            let options = CallOptions(headers: request.text == "own" ? ["X-Tenant": "own"] : [:])
            return try await ownClient.call("back", "Headers", request, options: options)
        }
        try await fixture.whileServing(front, back) { client in
            let options = CallOptions(headers: ["X-Tenant": "a", "X-Other": "b"])
            let passed: Text = try await client.call("front", "Ask", Text(text: ""), options: options)
            #expect(passed.text == "X-Tenant=a")
            let own: Text = try await client.call("front", "Ask", Text(text: "own"), options: options)
            #expect(own.text == "X-Tenant=own")
        }
    }

    @Test func mediaTypesAreNegotiated() async throws {
        let service = try fixture.makeService("svc") { $0.codecs = [BackwardsCodec(), JSONCodec()] }
        service.handle("Echo") { (text: Text, context) in text }
        service.handle("Count") { (text: Text, _) in text.text.count }
        try await fixture.whileServing([service]) {
            let clients = try [
                fixture.makeClient(), fixture.makeClient { $0.codecs = [BackwardsCodec(), JSONCodec()] },
                fixture.makeClient { $0.codecs = [JSONCodec(), BackwardsCodec()] },
            ]
            for client in clients {
                #expect(try await client.call("svc", "Echo", Text(text: "hello")) == Text(text: "hello"))
            }
            // Only JSON can encode the number, so the media type of the response differs from that of the request.
            #expect(try await clients[1].call("svc", "Count", Text(text: "hello")) == 5)
            let options = CallOptions(contentType: "text/backwards")
            #expect(try await clients[2].call("svc", "Echo", Text(text: "x"), options: options) == Text(text: "x"))
            let error = try await #require(throws: MicroError.self) {
                try await clients[0].call("svc", "Echo", Text(text: "x"), options: options, returning: Text.self)
            }
            #expect(error.code == .unsupported && "\(error)".contains("as text/backwards"))
            for client in clients { await client.close() }
        }
    }

    @Test func nodesInPreferredZoneAreChosen() async throws {
        let services = try ["x", "y"].map { zone in
            let service = try fixture.makeService("svc", id: zone) { $0.metadata["zone"] = zone }
            service.handle("Where") { (_: Text, _) in Text(text: zone) }
            return service
        }
        try await fixture.whileServing(services) {
            let client = try fixture.makeClient { $0.filter.zone = "y" }
            for _ in 0..<20 {
                #expect(try await client.call("svc", "Where", Text(text: "")) == Text(text: "y"))
            }
            let other = CallOptions(filter: NodeFilter(labels: ["zone": "x"]))
            #expect(try await client.call("svc", "Where", Text(text: ""), options: other) == Text(text: "x"))
            await client.close()
        }
    }
}
