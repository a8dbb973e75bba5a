// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MessageTransport
import MicroCore
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import MicroRabbitMQ

/// Calls and streams specific to RabbitMQ, against a real server: the contract's cases are in `MicroConformanceTests`.
@Suite(.requiresRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(3))) struct RabbitMQTransportTests {
    private let server: RabbitMQServer

    init() throws { server = try #require(RabbitMQServer.current) }

    @Test func callWithoutListenerIsUnavailableAtOnce() async throws {
        try await withTransport { client in
            // At the deadline, the error would be another one.
            let unused = Address(host: "unused")
            let error = await #expect(throws: MicroError.self) {
                _ = try await client.call(Self.request("echo", timeout: .seconds(60)), to: unused)
            }
            #expect(error?.code == .unavailable && error?.isSafeToRetry == true)
            #expect(error?.message.contains("unused") == true)
            let stream = try await client.open(Self.request("echo", timeout: .seconds(60)), to: unused)
            let refusal = await #expect(throws: MicroError.self) { for try await _ in stream {} }
            #expect(refusal?.code == .unavailable && refusal?.isSafeToRetry == true)
        }
    }

    @Test func invalidAddressesAreRefused() async throws {
        try await withTransport { transport in
            for address in [
                Address(host: ""), Address(host: "a b"), Address(host: "x", port: 1), Address(host: "x.control"),
                Address(host: String(repeating: "x", count: 201)),
            ] {
                let error = await #expect(throws: MicroError.self) {
                    _ = try await transport.call(Self.request("echo"), to: address)
                }
                #expect(error?.code == .invalidArgument)
            }
            let error = await #expect(throws: MicroError.self) { _ = try await transport.bind(to: Address(host: "")) }
            #expect(error?.code == .invalidArgument)
        }
    }

    /// The listener is aborted while it looks up the endpoint of a call that it has already admitted. The abort does not see
    /// the call, so that the call itself has to be cancelled when it begins.
    @Test(.blocking) func callThatIsAdmittedDuringAbortIsCancelled() async throws {
        try await withTransport { transport in
            let listener = try #require(
                try await transport.bind(to: Address(host: "127.0.0.1", port: 0)) as? RabbitMQListener)
            let running = Task {
                try await listener.run { request in
                    try await Task.sleep(until: request.deadline + .seconds(10), clock: .continuous)
                    return TransportResponse(contentType: "text/plain")
                } streams: { _ in
                    Task { await listener.drain(deadline: .now) }
                    // The lookup is not asynchronous.
                    for _ in 0..<5000 where !listener.lifecycle.isAborted { Thread.sleep(forTimeInterval: 0.001) }
                    return nil
                }
            }
            try await withTransport { client in
                let error = await #expect(throws: MicroError.self) {
                    try await client.call(Self.request("sleep", timeout: .seconds(10)), to: listener.address)
                }
                #expect(error?.code == .unavailable && error?.isSafeToRetry == false)
            }
            try await running.value
        }
    }

    @Test func addressOfAnotherListenerIsRefusedAtOnce() async throws {
        try await withTransport(timeout: .seconds(60)) { transport in
            let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
            #expect(listener.address.port == nil)
            try await withTransport(timeout: .seconds(60)) { other in
                for binder in [transport, other] {
                    let began = ContinuousClock.now
                    let error = await #expect(throws: MicroError.self) {
                        _ = try await binder.bind(to: listener.address)
                    }
                    #expect(error?.code == .unavailable)
                    #expect(error?.message.contains(listener.address.host) == true)
                    #expect(ContinuousClock.now - began < .seconds(30))
                }
            }
            await listener.drain(deadline: .now)
        }
    }

    /// A header block must fit into one frame: larger ones would end the connection.
    @Test func largestHeadersPass() async throws {
        try await withListener { client, address in
            let value = String(repeating: "v", count: 120_000)
            let response = try await client.call(Self.request("echo", headers: ["k": value]), to: address)
            #expect(response.headers["k"] == value)
            let error = await #expect(throws: MicroError.self) {
                _ = try await client.call(Self.request("echo", headers: ["k": value + value]), to: address)
            }
            #expect(error?.code == .payloadTooLarge && error?.isSafeToRetry == true)
            _ = try await client.call(Self.request("echo"), to: address)
        }
    }

    // MARK: go-micro

    @Test func goMicroClientCalls() async throws {
        try await withListener { _, address in
            let client = try await GoMicroPeer(configuration(server.url))
            try await client.connect()
            for (id, endpoint) in [("a", "Greeter.Hello"), ("b", "Greeter.Fail")] {
                client.send(Self.goMicroHeaders(endpoint, id: "7"), "hi", to: address, id: id)
                let reply = try #require(try await client.next())
                #expect(reply.properties.correlationID == id && reply.header("Micro-Id") == "7")
                #expect(reply.properties.type == nil && reply.properties.timestamp != nil)
                if endpoint == "Greeter.Hello" {
                    #expect(reply.text == "hi" && reply.header("Content-Type") == "application/json")
                    #expect(reply.header("Micro-Error") == nil)
                } else {
                    #expect(reply.header("Micro-Error")?.contains(#""code":404"#) == true)
                }
            }
            await client.close()
        }
    }

    /// A reply repeats `Micro-Id`. The server would close the connection of the listener if the headers of the reply
    /// did not fit into a frame.
    @Test func requestWithFieldsThatAreTooLongForAReplyIsRefused() async throws {
        try await withListener { _, address in
            let client = try await GoMicroPeer(configuration(server.url))
            try await client.connect()
            let id = String(repeating: "7", count: 130_700)
            client.send(Self.goMicroHeaders("Greeter.Hello", id: id), "hi", to: address, id: "long")
            let refusal = try #require(try await client.next())
            #expect(refusal.properties.correlationID == "long")
            #expect(refusal.header("Micro-Error")?.contains(#""code":400"#) == true)
            client.send(Self.goMicroHeaders("Greeter.Hello", id: "8"), "hi", to: address, id: "short")
            let reply = try #require(try await client.next())
            #expect(reply.properties.correlationID == "short" && reply.text == "hi")
            await client.close()
        }
    }

    @Test func goMicroClientStreams() async throws {
        try await withListener { _, address in
            let client = try await GoMicroPeer(configuration(server.url))
            try await client.connect()
            let headers = Self.goMicroHeaders("Greeter.Stream")
            client.send(headers, "opening", to: address, id: "s")
            for text in ["one", "two"] {
                client.send(headers, text, to: address, id: "s")
                let reply = try #require(try await client.next())
                #expect(reply.text == text && reply.properties.correlationID == "s")
            }
            var end = headers
            end.fields.append(.init(name: "Micro-Error", value: .string("EOS")))
            client.send(end, "", to: address, id: "s")
            #expect(try await client.next()?.header("Micro-Error") == "EOS")
            // A late message opens no new stream.
            client.send(headers, "late", to: address, id: "s")
            client.send(Self.goMicroHeaders("Greeter.Hello", id: "8"), "hi", to: address, id: "c")
            #expect(try await client.next()?.properties.correlationID == "c")
            await client.close()
        }
    }

    @Test func goMicroServerIsCalled() async throws {
        try await withTransport { client in
            let server = try await GoMicroPeer(configuration(server.url))
            let name = "go-\(UInt64.random(in: .min ... .max))"
            try await server.listen(at: name)
            let call = Task {
                try await client.call(Self.request("Greeter.Hello", body: "hi"), to: Address(host: name))
            }
            let request = try #require(try await server.next())
            #expect(request.text == "hi" && request.header("Micro-Service") == "greeter")
            #expect(request.header("Micro-Endpoint") == "Greeter.Hello" && request.header("Timeout") != nil)
            #expect(request.header("Content-Type") == "application/json" && request.properties.type == nil)
            #expect(request.properties.replyTo?.hasPrefix("amq.rabbitmq.reply-to.") == true)
            server.reply(["Micro-Id": .string("1"), "a": .string("b")], "hello", to: request)
            let response = try await call.value
            #expect(String(buffer: response.body) == "hello" && response.headers["a"] == "b")
            // A cancelled call sends nothing that a Go server would take for a request.
            let cancelled = Task { try await client.call(Self.request("Greeter.Hello"), to: Address(host: name)) }
            _ = try await server.next()
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { _ = try await cancelled.value }
            let next = Task { try await client.call(Self.request("Greeter.Next"), to: Address(host: name)) }
            let following = try #require(try await server.next())
            #expect(following.header("Micro-Endpoint") == "Greeter.Next")
            server.reply([:], "", to: following)
            _ = try await next.value
            await server.close()
        }
    }

    @Test func goMicroServerStreams() async throws {
        try await withTransport { client in
            let server = try await GoMicroPeer(configuration(server.url))
            let name = "go-\(UInt64.random(in: .min ... .max))"
            try await server.listen(at: name)
            let stream = try await client.open(Self.request("Greeter.Stream"), to: Address(host: name))
            #expect(try await server.next()?.header("Micro-Stream") == "true")
            // More than the window of peers with flow control.
            let text = String(repeating: "x", count: 100_000)
            for _ in 0..<4 { try await stream.send(ByteBuffer(string: text)) }
            var iterator = stream.makeAsyncIterator()
            for _ in 0..<4 {
                let message = try #require(try await server.next())
                #expect(message.text == text)
                server.reply([:], "ok", to: message)
                #expect(try await iterator.next() == ByteBuffer(string: "ok"))
            }
            try await stream.finish()
            let end = try #require(try await server.next())
            #expect(end.header("Micro-Error") == "EOS")
            server.reply(["Micro-Error": .string("EOS")], "", to: end)
            #expect(try await iterator.next() == nil)
            await server.close()
        }
    }

    private static func goMicroHeaders(_ endpoint: String, id: String? = nil) -> AMQPTable {
        var headers: AMQPTable = [
            "Content-Type": .string("application/json"), "Micro-Service": .string("greeter"),
            "Micro-Method": .string(endpoint), "Micro-Endpoint": .string(endpoint), "Timeout": .string("5000000000"),
        ]
        headers.fields.append(.init(name: id == nil ? "Micro-Stream" : "Micro-Id", value: .string(id ?? "true")))
        return headers
    }

    // MARK: Helpers

    private static func request(
        _ endpoint: String, headers: Headers = [:], body: String = "", timeout: Duration = .seconds(30)
    ) -> TransportRequest {
        TransportRequest(
            service: "greeter", endpoint: endpoint, contentType: "application/json", headers: headers,
            body: ByteBuffer(string: body), deadline: .now + timeout)
    }

    private func withTransport<Value>(
        timeout: Duration = .seconds(5), _ body: (RabbitMQTransport) async throws -> Value
    ) async throws -> Value {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let transport = try RabbitMQTransport(
            configuration: configuration(server.url) { $0.timeout = timeout }, logger: logger)
        let result: Result<Value, any Error>
        do { result = .success(try await body(transport)) } catch { result = .failure(error) }
        await transport.close()
        return try result.get()
    }

    /// Runs a body with a client and the address of a listener that echoes.
    private func withListener(_ body: (RabbitMQTransport, Address) async throws -> Void) async throws {
        try await withTransport { service in
            let listener = try await service.bind(to: Address(host: "127.0.0.1", port: 0))
            let running = Task {
                try await listener.run { request in
                    if request.endpoint == "Greeter.Fail" { throw MicroError(.notFound, "nothing here") }
                    return TransportResponse(
                        contentType: request.contentType, headers: request.headers, body: request.body)
                } streams: { endpoint in
                    guard endpoint == "Greeter.Stream" else { return nil }
                    return { _, stream in for try await message in stream { try await stream.send(message) } }
                }
            }
            try await withTransport { client in try await body(client, listener.address) }
            await listener.drain(deadline: .now + .seconds(2))
            try await running.value
        }
    }
}
