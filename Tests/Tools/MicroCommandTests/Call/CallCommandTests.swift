// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// The commands that call services, as child processes, with two greeters on Consul.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(3))) struct CallCommandTests {
    private func system() async throws -> TestSystem {
        let consul = try #require(ConsulServer.current)
        return try await TestSystem.start([
            "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address,
            "MICRO_SERVER_ADDRESS": "127.0.0.1:0",
        ])
    }

    @Test func callPrintsIndentedJSON() async throws {
        let system = try await system()
        let members = ["\t\"greeting\": \"Hello John\"", "\t\"process\": PID"]
        // The service encodes its members in no particular order.
        let expected = [members, members.reversed()].map { "{\n\($0.joined(separator: ",\n"))\n}\n" }
        for arguments in [
            ["call", "greeter", "Greeter.Hello", #"{"name":"John"}"#], ["greeter", "hello", "--name=John"],
            ["greeter", "Greeter.Hello", "--name", "John"],
            [
                "call", "--registry_address", system.environment["MICRO_REGISTRY_ADDRESS"] ?? "", "greeter",
                "Greeter.Hello", #"{"name":"John"}"#,
            ],
        ] {
            let result = try await MicroTool.run(MicroTool.path, arguments, environment: system.environment)
            #expect(result.status == 0)
            #expect(expected.contains(normalized(result.text)), "\(result.text)")
        }
        let raw = try await system.micro("call", "greeter", "Greeter.Hello", #"{"name":"A"}"#, "--output", "raw")
        #expect(raw.text.contains(#""greeting":"Hello A""#), "\(raw.text)")
        await system.end()
    }

    @Test func errorOfServiceIsOneLineWithStatus() async throws {
        let system = try await system()
        let refused = try await system.micro("call", "greeter", "Greeter.Hello", #"{"name":""}"#)
        #expect(refused.status == 1)
        #expect(
            refused.text
                == #"error calling greeter.Greeter.Hello: {"id":"greeter","code":400,"detail":"the name is empty","#
                + #""status":"Bad Request"}"# + "\n")
        #expect(try await system.micro("call", "greeter", "Greeter.Nope").status == 3)
        let malformed = try await system.micro("call", "greeter", "Greeter.Hello", "{name")
        #expect(malformed.status == 2 && malformed.text.contains("not JSON"), "\(malformed.text)")
        let nowhere = try await system.micro("call", "greeter", "Greeter.Hello", "--address", "127.0.0.1:1")
        #expect(nowhere.status == 4, "\(nowhere.text)")
        await system.end()
    }

    @Test func everyNodeAndVersionCanBeSelected() async throws {
        let system = try await system()
        let all = try await system.micro("call", "greeter", "Greeter.Hello", #"{"name":"A"}"#, "--all-nodes")
        let outcomes = try #require(try JSONSerialization.jsonObject(with: Data(all.text.utf8)) as? [[String: Any]])
        let processes = outcomes.compactMap { ($0["response"] as? [String: Any])?["process"] as? Int }
        #expect(Set(processes).count == 2, "\(all.text)")
        let none = try await system.micro("greeter", "hello", "--name=A", "--all-nodes", "--version=9")
        #expect(none.status == 3 && none.text.contains("version 9"), "\(none.text)")
        var seen: Set<Int> = []
        for _ in 0..<6 {
            let call = try await system.micro("greeter", "hello", "--name=A", "--version=1.1")
            let response = try JSONSerialization.jsonObject(with: Data(call.text.utf8)) as? [String: Any]
            seen.insert(response?["process"] as? Int ?? 0)
        }
        #expect(seen.count == 1 && seen.isSubset(of: processes), "\(seen) \(processes)")
        let verbose = try await system.micro("greeter", "hello", "--name=A", "--verbose")
        #expect(verbose.text.contains("attempt 1: 127.0.0.1:"), "\(verbose.text)")
        await system.end()
    }

    @Test func shortFormReportsUnknownFieldsAndEndpoints() async throws {
        let system = try await system()
        let field = try await system.micro("greeter", "hello", "--nam=John")
        #expect(field.status == 2 && field.text.contains("it has --name"), "\(field.text)")
        let setting = try await system.micro("greeter", "hello", "--registry")
        #expect(setting.status == 2 && setting.text.contains("missing value for --registry"), "\(setting.text)")
        let endpoint = try await system.micro("greeter", "bye")
        #expect(endpoint.status == 3 && endpoint.text.contains("it has Greeter.Hello"), "\(endpoint.text)")
        let command = try await system.micro("lst")
        #expect(command.status == 3 && command.text.contains("neither a command nor a registered service"))
        await system.end()
    }

    @Test func healthAndStatisticsListEveryNode() async throws {
        let system = try await system()
        let health = try await system.micro("health", "greeter")
        #expect(health.status == 0)
        #expect(
            normalized(health.text) == """
                service  greeter

                version 1.0

                node\t\taddress:port\t\tstatus
                greeter-ID\t\t127.0.0.1:PORT\t\tok

                version 1.1

                node\t\taddress:port\t\tstatus
                greeter-ID\t\t127.0.0.1:PORT\t\tok

                """)
        let stats = try await system.micro("stats", "greeter", "--output", "json")
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(stats.text.utf8)) as? [[String: Any]])
        #expect(rows.compactMap { ($0["statistics"] as? [String: Any])?["memory"] as? Int }.count == 2, "\(stats.text)")
        await system.end()
    }

    @Test func eventsReachSubscribersOverHTTP() async throws {
        let consul = try #require(ConsulServer.current)
        let system = try await TestSystem.start(
            greeters: 0, ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address])
        let subscriber = try system.start("subscribe", "user.created", "--count", "2", "-o", "json")
        #expect(await eventually { subscriber.text.contains("subscribed to") }, "\(subscriber.text)")
        let publish = try await system.micro(
            "publish", "user.created", #"{"n":1.50}"#, "--count", "2", "--metadata", "a=b")
        #expect(publish.text == "ok\n", "\(publish.text)")
        #expect(await subscriber.exitStatus() == 0, "\(subscriber.text)")
        #expect(subscriber.text.contains(#""body":{"n":1.50}"#) && subscriber.text.contains(#""a":"b""#))
    }
}

/// Events over NATS, with no registry.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(2))) struct NATSEventCommandTests {
    @Test func eventsReachSubscribers() async throws {
        let nats = try #require(NATSServer.current)
        let system = try await TestSystem.start(
            greeters: 0, ["MICRO_BROKER": "nats", "MICRO_BROKER_ADDRESS": nats.address])
        let subscriber = try system.start("subscribe", "orders.*", "--queue", "q", "--count", "3", "--timeout", "30s")
        #expect(await eventually { subscriber.text.contains("subscribed to") }, "\(subscriber.text)")
        #expect(try await system.micro("publish", "orders.new", #"{"id":7}"#, "--count", "3").status == 0)
        #expect(await subscriber.exitStatus() == 0, "\(subscriber.text)")
        #expect(subscriber.text.components(separatedBy: "{\n\t\"id\": 7\n}\n").count == 4, "\(subscriber.text)")
        #expect(try await system.micro("doctor").text.contains("delivered an event"))
        let late = try await system.micro("subscribe", "nothing.here", "--timeout", "200ms")
        #expect(late.status == 5, "\(late.text)")
    }
}
