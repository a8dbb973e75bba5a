// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import MicroConsul
import TestServers
import TestSupport
import Testing

/// The options of the commands that send requests, against a service in this process.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(2))) struct CallOptionTests {
    private struct Text: Codable, Sendable {
        var text: String
    }

    /// The calls of `Echo.Slow` that have started.
    private static let slowCalls = Counter()

    /// Runs a body while the service `echo` is registered.
    private func withEcho(_ body: @escaping @Sendable (TestSystem) async throws -> Void) async throws {
        let consul = try #require(ConsulServer.current)
        var settings = ConsulConfiguration()
        let address = consul.address
        settings.address = address
        let registry = try ConsulRegistry(configuration: settings)
        var configuration = Microservice.Configuration(name: "echo")
        configuration.address = try Address(parsing: "127.0.0.1:0")
        configuration.deregistrationGracePeriod = .zero
        let service = try Microservice(configuration, registry: registry)
        service.handle("Echo.Text") { (request: Text, context) in request }
        service.handle("Echo.Header") { (request: Text, context) in Text(text: context.headers[request.text] ?? "none")
        }
        service.handle("Echo.Slow") { (request: Text, context) in
            Self.slowCalls.add()
            try await Task.sleep(for: .seconds(120))
            return request
        }
        service.handleStream("Echo.Stream") { (stream: MessageStream<Text, Text>, context) in
            for try await message in stream { try await stream.send(message) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            group.addTask {
                for await state in try registry.watch("echo") where !state["echo"].isEmpty { break }
                try await body(
                    try await TestSystem.start(
                        greeters: 0, ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": address]))
            }
            // The checks; the service runs until it is cancelled.
            try await group.next()
            group.cancelAll()
        }
        await registry.close()
    }

    @Test func requestIsReadFromInputAndFile() async throws {
        try await withEcho { system in
            let expected = "{\n\t\"text\": \"a\"\n}\n"
            let script = #"printf '{"text":"a"}' | \#(MicroTool.path) call echo Echo.Text -"#
            let input = try await MicroTool.run("/bin/sh", ["-c", script], environment: system.environment)
            #expect(input.text == expected && input.status == 0, "\(input.text)")
            let file = try TemporaryFile(#"{"text":"a"}"#)
            let fromFile = try await system.micro("call", "echo", "Echo.Text", "@\(file.path)")
            #expect(fromFile.text == expected && fromFile.status == 0, "\(fromFile.text)")
            let missing = try await system.micro("call", "echo", "Echo.Text", "@/nowhere/file")
            #expect(missing.status == 2 && missing.text.contains("/nowhere/file"), "\(missing.text)")
        }
    }

    @Test func metadataBecomesHeaders() async throws {
        try await withEcho { system in
            let request = #"{"text":"X-Tenant"}"#
            let option = try await system.micro(
                "call", "echo", "Echo.Header", request, "--metadata", "A=b", "--metadata", "X-Tenant=a=b")
            #expect(option.text.contains(#""text": "a=b""#), "\(option.text)")
            let variable = try await system.micro(
                "call", "echo", "Echo.Header", request, environment: ["MICRO_METADATA": "X-Tenant=c,D=e"])
            #expect(variable.text.contains(#""text": "c""#), "\(variable.text)")
            #expect(try await system.micro("call", "echo", "Echo.Header", request, "--metadata", "x").status == 2)
        }
    }

    @Test func errorNamesTheVariable() async throws {
        try await withEcho { system in
            for (name, value) in [("MICRO_METADATA", "x"), ("MICRO_ADDRESS", "x:y")] {
                let call = try await system.micro("call", "echo", "Echo.Text", "{}", environment: [name: value])
                #expect(call.status == 2 && call.text.contains("\(name) \(value) is not"), "\(call.text)")
            }
        }
    }

    @Test func timeLimitExitsWithFive() async throws {
        try await withEcho { system in
            // Without the option, the command would have no status: it would be killed after 60 s.
            let environment = ["MICRO_CLIENT_REQUEST_TIMEOUT": "90s"]
            let call = try await system.micro(
                "call", "echo", "Echo.Slow", #"{"text":"a"}"#, "--timeout", "300ms", environment: environment)
            #expect(call.status == 5, "\(call.text)")
            let short = try await system.micro("echo", "slow", "--text=a", "--timeout=300ms", environment: environment)
            #expect(short.status == 5, "\(short.text)")
        }
    }

    @Test func interruptedCallIsNotAFailureOfANode() async throws {
        try await withEcho { system in
            let before = Self.slowCalls.value
            let call = try system.start(
                "call", "echo", "Echo.Slow", #"{"text":"a"}"#, "--all-nodes", "--timeout", "60s")
            #expect(await eventually { Self.slowCalls.value > before }, "\(call.text)")
            call.send(SIGINT)
            #expect(await call.exitStatus() == 130, "\(call.text)")
            #expect(call.text.isEmpty, "\(call.text)")
        }
    }

    @Test func eachLineOfAFileIsAMessageOfTheStream() async throws {
        try await withEcho { system in
            let file = try TemporaryFile("{\"text\":\"1\"}\n\n{\"text\":\"2\"}\n")
            let stream = try await system.micro("stream", "echo", "Echo.Stream", "@\(file.path)", "-o", "json")
            #expect(stream.text == "{\"text\":\"1\"}\n{\"text\":\"2\"}\n" && stream.status == 0, "\(stream.text)")
        }
    }

    @Test func formatOfTheEnvironmentAppliesToCallsAndStreams() async throws {
        try await withEcho { system in
            let request = #"{"text":"a"}"#
            for (format, call, stream) in [
                ("json", "{\n\t\"text\": \"a\"\n}\n", "{\"text\":\"a\"}\n"), ("raw", request + "\n", request + "\n"),
            ] {
                let environment = ["MICRO_OUTPUT": format]
                let called = try await system.micro("call", "echo", "Echo.Text", request, environment: environment)
                #expect(called.text == call && called.status == 0, "\(format) \(called.text)")
                let streamed = try await system.micro(
                    "stream", "echo", "Echo.Stream", request, environment: environment)
                #expect(streamed.text == stream && streamed.status == 0, "\(format) \(streamed.text)")
            }
            let option = try await system.micro(
                "call", "echo", "Echo.Text", request, "-o", "raw", environment: ["MICRO_OUTPUT": "yaml"])
            #expect(option.text == request + "\n", "\(option.text)")
        }
    }

    @Test func eventIsReadFromAFile() async throws {
        let consul = try #require(ConsulServer.current)
        let system = try await TestSystem.start(
            greeters: 0, ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address])
        let subscriber = try system.start("subscribe", "file.event", "--count", "1", "-o", "json")
        #expect(await eventually { subscriber.text.contains("subscribed to") }, "\(subscriber.text)")
        let file = try TemporaryFile(#"{"n":1}"#)
        let publish = try await system.micro("publish", "file.event", "@\(file.path)", "-o", "json")
        #expect(publish.status == 0 && publish.text.contains(#""published" : 1"#), "\(publish.text)")
        #expect(await subscriber.exitStatus() == 0, "\(subscriber.text)")
        #expect(subscriber.text.contains(#""body":{"n":1}"#), "\(subscriber.text)")
    }

    @Test func nodeThatDoesNotRespondIsUnhealthy() async throws {
        try await withEcho { system in
            let dead = #"{"name":"echo","version":"9","nodes":[{"id":"dead-1","address":"127.0.0.1","port":1}]}"#
            #expect(try await system.micro("register", "service", "--once", dead).status == 0)
            let health = try await system.micro("health", "echo", "--timeout", "2s", "-o", "json")
            _ = try await system.micro("deregister", "service", dead)
            let rows = try JSONSerialization.jsonObject(with: Data(health.text.utf8)) as? [[String: String]]
            let statuses = try #require(rows, "\(health.text)").map { $0["status"] ?? "" }
            #expect(health.status == 1 && statuses.count == 2, "\(health.text)")
            #expect(statuses.filter { $0 == "ok" }.count == 1, "\(health.text)")
        }
    }
}
