// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import MicroGateway

/// The endpoints behind the gateway: calls, streams, and one that responds with a cookie.
enum Greeter {
    struct Person: Codable, Sendable {
        var name: String
        var times: Int?
    }

    struct Greeting: Codable, Sendable {
        var text: String
    }

    struct Number: Codable, Sendable {
        var value: Int
    }

    struct Limit: Codable, Sendable {
        var to: Int
    }

    /// Adds the endpoints to a service.
    static func register(on service: Microservice) {
        service.handle(
            EndpointDescriptor<Person, Greeting>(
                "Say.Hello", description: "Greets a person.", metadata: ["path": "/hello", "method": "POST"])
        ) { person, _ in try greeting(person) }
        service.handle(
            EndpointDescriptor<Person, Greeting>(
                "Say.Get", description: "Greets the person in the path.",
                metadata: ["path": "/people/{name}", "method": "GET"])
        ) { person, _ in try greeting(person) }
        service.handle(
            EndpointDescriptor<APIRequest, APIResponse>(
                "Session.Start", description: "Sets a cookie.",
                metadata: ["path": "/session", "method": "GET", "handler": "api"])
        ) { _, _ in
            let cookie = APIPair(key: "Set-Cookie", values: ["session=1; Path=/; HttpOnly; SameSite=Strict"])
            return APIResponse(header: ["Set-Cookie": cookie], body: "{}")
        }
        service.handleStream("Count.Up") { (stream: MessageStream<Number, Limit>, _) in
            for try await limit in stream {
                guard (0...1000).contains(limit.to) else { throw MicroError(.invalidArgument, "to is not in 0...1000") }
                for value in 0..<limit.to { try await stream.send(Number(value: value)) }
                return
            }
        }
        service.handleStream("Count.Double") { (stream: MessageStream<Number, Number>, _) in
            for try await number in stream { try await stream.send(Number(value: number.value &* 2)) }
        }
    }

    private static func greeting(_ person: Person) throws -> Greeting {
        guard !person.name.isEmpty else { throw MicroError(.invalidArgument, "the name is empty") }
        let times = min(max(person.times ?? 1, 1), 1000)
        return Greeting(text: Array(repeating: "Hello \(person.name)", count: times).joined(separator: ", "))
    }
}
