// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import MicroConsul
import TestServers
import TestSupport
import Testing

/// `micro stream` against a service in this process.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(2))) struct StreamCommandTests {
    private struct Text: Codable, Sendable {
        var text: String
    }

    @Test func messagesAreSentAndResponsesShownUntilTheServiceEnds() async throws {
        let consul = try #require(ConsulServer.current)
        var settings = ConsulConfiguration()
        settings.address = consul.address
        let registry = try ConsulRegistry(configuration: settings)
        var configuration = Microservice.Configuration(name: "chat")
        configuration.address = try Address(parsing: "127.0.0.1:0")
        configuration.deregistrationGracePeriod = .zero
        let service = try Microservice(configuration, registry: registry)
        service.handleStream("Chat.Echo") { (stream: MessageStream<Text, Text>, context) in
            for try await message in stream {
                guard message.text != "fail" else { throw MicroError(.invalidArgument, "refused") }
                try await stream.send(Text(text: "re: " + message.text))
            }
        }
        let environment = ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            group.addTask {
                for await state in try registry.watch("chat") where !state["chat"].isEmpty { break }
                try await Self.check(environment)
            }
            // The checks; the service runs until it is cancelled.
            try await group.next()
            group.cancelAll()
        }
        await registry.close()
    }

    private static func check(_ environment: [String: String]) async throws {
        func micro(_ script: String) async throws -> MicroTool.CommandResult {
            let command = script.replacing("MICRO", with: MicroTool.path)
            return try await MicroTool.run("/bin/sh", ["-c", command], environment: environment)
        }
        let one = try await micro(#"MICRO stream chat Chat.Echo '{"text":"a"}'"#)
        #expect(one.text == "{\n\t\"text\": \"re: a\"\n}\n" && one.status == 0, "\(one.text)")
        let lines = #"printf '{"text":"1"}\n{"text":"2"}\n{"text":"3"}' | MICRO stream chat Chat.Echo -o json"#
        let several = try await micro(lines)
        #expect(several.text == #"{"text":"re: 1"}\#n{"text":"re: 2"}\#n{"text":"re: 3"}\#n"#, "\(several.text)")
        #expect(several.status == 0)
        let counted = try await micro(
            #"yes '{"text":"x"}' 2>/dev/null | MICRO stream chat Chat.Echo -o json --count 5"#)
        #expect(counted.text.split(separator: "\n").count == 5 && counted.status == 0, "\(counted.text)")
        let failed = try await micro(#"MICRO stream chat Chat.Echo '{"text":"fail"}'"#)
        #expect(failed.status == 1 && failed.text.contains("refused"), "\(failed.text)")
        let unknown = try await micro(#"MICRO stream chat Chat.Nope '{}'"#)
        #expect(unknown.status == 3, "\(unknown.text)")
    }
}
