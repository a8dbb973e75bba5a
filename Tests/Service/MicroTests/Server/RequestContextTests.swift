// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroMemory
import NIOCore
import TestSupport
import Testing

/// The data that handlers receive and return in addition to messages.
@Suite(.timeLimit(.minutes(1))) struct RequestContextTests {
    private let fixture = ServiceFixture()

    @Test(arguments: TransportKind.allCases) func headersOfAResponseReachTheCaller(_ kind: TransportKind) async throws {
        let fixture = ServiceFixture(kind)
        let service = try fixture.makeService("svc")
        service.handleWithHeaders("Svc.Get") { (request: Text, _) in
            ResponseWithHeaders(request, headers: ["Cache-Control": "max-age=60", "X-Count": "1"])
        }
        try await fixture.whileServing(service) { client in
            let response = try await client.invoke("svc", "Svc.Get", body: .init(string: #"{"text":"a"}"#))
            #expect(response.headers["Cache-Control"] == "max-age=60" && response.headers["X-Count"] == "1")
            #expect(String(buffer: response.body) == #"{"text":"a"}"# + "\n")
            #expect(try await client.call("svc", "Svc.Get", Text(text: "b")) == Text(text: "b"))
        }
    }

    @Test func handlersCallByTheClientOfTheirContext() async throws {
        let front = try fixture.makeService("front")
        front.handle("Front.Relay") { (request: Hello, context) in
            try await context.client.hello(request.name)
        }
        let events = ValueCollector<String>()
        front.subscribe("user.created") { (event: UserCreated, context) in
            events.add(try await context.client.hello(event.name))
        }
        try await fixture.whileServing([fixture.makeGreeter(), front]) {
            let client = front.client
            #expect(try await client.call("front", "Front.Relay", Hello(name: "x")) == "Hello x from 1")
            try await client.publish(UserCreated(name: "z"), to: "user.created")
            #expect(await eventually { events.values == ["Hello z from 1"] })
            #expect(try await front.registry.list() == ["front", "greeter"])
        }
    }
}
