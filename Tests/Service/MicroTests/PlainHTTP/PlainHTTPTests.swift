// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Micro
import MicroMemory
import TestServers
import Testing

/// Calls by any HTTP client.
@Suite(.timeLimit(.minutes(1))) struct PlainHTTPTests {
    private let fixture = ServiceFixture(.http)

    private func whileServing(_ body: (PlainHTTPClient) async throws -> Void) async throws {
        let service = try fixture.makeGreeter()
        service.handle("Greeter.Fail") { (request: Text, context) -> Empty in
            switch request.text {
            case "crash": throw CancellationError()
            case "service": throw MicroError(.unavailable, context.service)
            default: throw MicroError(MicroError.Code(status: Int(request.text) ?? 500), "refused")
            }
        }
        service.handleStream("Greeter.Chat") { (stream: MessageStream<Text, Text>, _) in
            for try await message in stream { try await stream.send(message) }
        }
        try await fixture.whileServing([service]) {
            let node = try #require(try await fixture.registry.lookUp("greeter").first?.nodes.first)
            try await body(PlainHTTPClient(address: Address(node)))
        }
    }

    @Test(arguments: ["/Greeter.Hello", "/greeter/Greeter.Hello", "/Greeter.Hello?x=1"])
    func pathNamesEndpoint(_ path: String) async throws {
        try await whileServing { client in
            let response = try await client.post(path, #"{"name":"John"}"#)
            #expect(response.status == 200 && response.text == #"{"greeting":"Hello John from 1"}"# + "\n")
        }
    }

    @Test func headerMicroServiceIsOptional() async throws {
        try await whileServing { client in
            let response = try await client.post(
                "/", #"{"name":"John"}"#, headers: [("Micro-Endpoint", "Greeter.Hello")])
            #expect(response.status == 200 && response.text.contains("Hello John"), "\(response)")
        }
    }

    @Test(arguments: [
        ("/Greeter.Unknown", "{}", 404), ("/Greeter.Fail", #"{"text":"400"}"#, 400),
        ("/Greeter.Fail", #"{"text":"408"}"#, 408), ("/Greeter.Fail", #"{"text":"503"}"#, 503),
        ("/Greeter.Fail", #"{"text":"crash"}"#, 500), ("/Greeter.Hello", "[", 400), ("/Greeter.Chat", "{}", 404),
        ("/", #"{"id":1,"method":"Greeter.Fail","params":[{"text":"403"}]}"#, 403), ("/", "hello", 400),
    ])
    func errorHasItsStatusAndJSONBody(_ path: String, _ body: String, _ status: Int) async throws {
        try await whileServing { client in
            let response = try await client.post(path, body)
            #expect(response.status == status, "\(response)")
            let error = MicroError(wireText: response.text, origin: "")
            #expect(error.code.status == status && !error.origin.isEmpty, "\(response)")
        }
    }

    /// A go-micro client interprets any status other than 200 as the failure of a proxy.
    @Test func peerGetsErrorInHeader() async throws {
        try await whileServing { client in
            let headers = [
                [("Micro-Service", "greeter"), ("Micro-Endpoint", "Greeter.Fail")],
                [("X-Micro-Endpoint", "Greeter.Fail")],
            ]
            for headers in headers {
                let response = try await client.post("/", #"{"text":"403"}"#, headers: headers)
                #expect(response.status == 200 && response.text.isEmpty, "\(response)")
            }
            // v0.14 sends the endpoint only in the body.
            let old = try await client.post(
                "/", #"{"method":"Greeter.Fail","params":[{"text":"403"}],"id":0}"#,
                headers: [("Timeout", "5000000000"), ("X-Micro-From-Service", "cli")])
            #expect(old.status == 200 && old.text.contains(#""error":"{"#), "\(old)")
        }
    }

    @Test func streamEndpointRespondsToPlainRequest() async throws {
        try await whileServing { client in
            let byPath = try await client.post("/greeter/Greeter.Chat", #"{"text":"a"}"#)
            #expect(byPath.status == 404 && byPath.text.contains("is a streaming endpoint"), "\(byPath)")
            // Without `Timeout`, `Micro-Id` and `Micro-Stream`, which go-micro clients send.
            let byHeader = try await client.post(
                "/", #"{"text":"a"}"#, headers: [("Micro-Service", "greeter"), ("Micro-Endpoint", "Greeter.Chat")])
            #expect(byHeader.status == 200, "\(byHeader)")
        }
    }

    @Test func contextHasTheNameOfTheService() async throws {
        try await whileServing { client in
            let response = try await client.post("/Greeter.Fail", #"{"text":"service"}"#)
            #expect(response.text.contains(#""detail":"greeter""#), "\(response)")
        }
    }

    @Test(arguments: [
        (
            #"{"jsonrpc":"2.0","id":"a","method":"Greeter.Hello","params":{"name":"John"}}"#,
            #"{"jsonrpc":"2.0","id":"a","result":{"greeting":"Hello John from 1"}}"#
        ),
        (
            #"{"jsonrpc":"2.0","id":7,"method":"Greeter.Hello","params":[{"name":"John"}]}"#,
            #"{"jsonrpc":"2.0","id":7,"result":{"greeting":"Hello John from 1"}}"#
        ),
        (#"{"jsonrpc":"2.0","id":7,"method":"Greeter.Unknown"}"#, #"{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"#),
        (#"{"jsonrpc":"2.0","id":7,"method":"Greeter.Hello"}"#, #"{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"#),
        (
            #"{"jsonrpc":"2.0","id":7,"method":"Greeter.Fail","params":{"text":"409"}}"#,
            #"{"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"refused","data":{"id":"greeter","code":409,"#
        ),
    ])
    func jsonRPC2IsSupported(_ request: String, _ response: String) async throws {
        try await whileServing { client in
            let (status, text) = try await client.post("/", request)
            #expect(status == 200 && text.hasPrefix(response), "\(text)")
            let notification = request.replacing(#""id":7,"#, with: "").replacing(#""id":"a","#, with: "")
            let empty = try await client.post("/", notification)
            #expect(empty.status == 200 && empty.text.isEmpty, "\(empty)")
        }
    }
}
