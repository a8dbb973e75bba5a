// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroMemory
import NIOCore
import TestSupport
import Testing

/// Calls with encoded messages, as gateways and tools make them.
@Suite(.timeLimit(.minutes(1))) struct InvokeTests {
    private func makeService(_ fixture: ServiceFixture, id: String = "1") throws -> Microservice {
        let service = try fixture.makeService("svc", id: id) { $0.metadata["shard"] = id }
        service.handle("Svc.Where") { (_: Empty, context) in
            Text(text: "\(id) \(context.headers["X-Tenant"] ?? "-")")
        }
        service.handle("Svc.Fail") { (_: Empty, _) -> Empty in throw MicroError(.permissionDenied, "not you") }
        service.handleStream("Svc.Echo") { (stream: MessageStream<Text, Text>, _) in
            for try await message in stream { try await stream.send(Text(text: message.text.uppercased())) }
        }
        return service
    }

    @Test(arguments: TransportKind.allCases) func encodedMessagesPassUnchanged(_ kind: TransportKind) async throws {
        let fixture = ServiceFixture(kind)
        try await fixture.whileServing(makeService(fixture)) { client in
            let response = try await client.invoke(
                "svc", "Svc.Where", body: ByteBuffer(string: " {}\n"), options: CallOptions(headers: ["X-Tenant": "a"]))
            #expect(response.contentType == "application/json")
            #expect(String(buffer: response.body) == #"{"text":"1 a"}"# + "\n")
            let refused = try await #require(throws: MicroError.self) {
                try await client.invoke("svc", "Svc.Fail", body: ByteBuffer(string: "{}"))
            }
            #expect(refused.code == .permissionDenied && refused.origin == "svc")
            let unsupported = try await #require(throws: MicroError.self) {
                try await client.invoke("svc", "Svc.Where", body: ByteBuffer(string: "<a/>"), contentType: "text/xml")
            }
            #expect(unsupported.code == .invalidArgument)
        }
    }

    @Test(arguments: TransportKind.allCases) func encodedStreamAlternatesMessages(_ kind: TransportKind) async throws {
        let fixture = ServiceFixture(kind)
        try await fixture.whileServing(makeService(fixture)) { client in
            let stream = try await client.invokeStream("svc", "Svc.Echo")
            var messages = stream.makeAsyncIterator()
            for text in ["a", "b"] {
                try await stream.send(ByteBuffer(string: #"{"text":"\#(text)"}"#))
                let message = try #require(try await messages.next())
                #expect(String(buffer: message).contains(#"{"text":"\#(text.uppercased())"}"#))
            }
            try await stream.finish()
            #expect(try await messages.next() == nil)
        }
    }

    @Test func nodeIsSelectableByFilterAndByRegisteredAddress() async throws {
        let fixture = ServiceFixture(.http)
        try await fixture.whileServing(["1", "2"].map { try makeService(fixture, id: $0) }) {
            let client = try fixture.makeClient()
            func place(_ options: CallOptions) async throws -> String {
                String(buffer: try await client.invoke("svc", "Svc.Where", body: ByteBuffer(), options: options).body)
            }
            let nodes = try await client.registry.lookUp("svc").flatMap(\.nodes)
            for node in nodes {
                let id = try #require(node.metadata["shard"])
                for _ in 0..<10 {
                    #expect(try await place(CallOptions(filter: NodeFilter(labels: ["shard": id]))).contains(id))
                    #expect(try await place(CallOptions(filter: NodeFilter(address: Address(node)))).contains(id))
                }
            }
            let error = try await #require(throws: MicroError.self) {
                try await place(CallOptions(filter: NodeFilter(address: Address(host: "127.0.0.1", port: 1))))
            }
            #expect(error.code == .notFound)
            await client.close()
        }
    }

    @Test func addressIsCalledWithoutTheRegistry() async throws {
        let fixture = ServiceFixture(.http)
        try await fixture.whileServing([makeService(fixture)]) {
            let node = try #require(try await fixture.registry.lookUp("svc").first?.nodes.first)
            let registry = ManualRegistry()
            let client = try Client(configuration: .init(), registry: registry, transport: fixture.makeTransport())
            let options = CallOptions(address: Address(node))
            let response: Text = try await client.call("svc", "Svc.Where", Empty(), options: options)
            #expect(response.text == "1 -")
            #expect(registry.watches.value == 0)

            let retries = Counter()
            let unreachable = CallOptions(
                retries: 2, address: Address(host: "127.0.0.1", port: 1), onRetry: { _ in retries.add() })
            let error = try await #require(throws: MicroError.self) {
                try await client.invoke("svc", "Svc.Where", body: ByteBuffer(), options: unreachable)
            }
            #expect(error.code == .unavailable && retries.value == 2)
            let badName = try await #require(throws: MicroError.self) {
                try await client.invoke("a b", "Svc.Where", body: ByteBuffer(), options: options)
            }
            #expect(badName.code == .invalidName)
            await client.close()
        }
    }
}
