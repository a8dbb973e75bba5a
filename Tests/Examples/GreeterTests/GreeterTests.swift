// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// The greeter without a backend.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct GreeterTests {
    @Test func demoPrintsExpectedOutput() async throws {
        let demo = try Greeter.start("greeter-demo")
        #expect(await demo.exitStatus() == 0)
        for line in [
            "greeter 1.0.0 at 127.0.0.1", "John -> Hello John",
            "-> invalidArgument: the name is empty  (from greeter)",
            "-> notFound: no usable instances of unknown", "left in the registry: 0",
        ] { #expect(demo.text.contains(line), "\(demo.text)") }
    }

    @Test(arguments: [
        (
            ["MICRO_REGISTRY": "carrier"],
            "MICRO_REGISTRY=carrier is not linked into this program: choose one of consul, etcd, kubernetes, memory"
        ),
        (
            ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": "a/b"],
            #""a/b" is not the address of a Consul agent"#
        ),
        (
            ["MICRO_SERVER_ADDRESS": "127.0.0.1:99999"],
            "MICRO_SERVER_ADDRESS=127.0.0.1:99999 is not valid: expected HOST:PORT"
        ),
        (["MICRO_REGISTER_TTL": "soon"], "MICRO_REGISTER_TTL=soon is not valid: expected seconds"),
        (["MICRO_REGISTER_TTL": "1", "MICRO_REGISTER_INTERVAL": "2"], "check MICRO_REGISTER_INTERVAL"),
    ])
    func invalidSettingStopsServer(_ environment: [String: String], _ message: String) async throws {
        let server = try Greeter.start("greeter-server", environment: environment)
        #expect(await server.exitStatus() == 1)
        #expect(server.text.contains(message), "\(server.text)")
    }

    /// The demo has no argument parser, which would also print errors.
    @Test func errorOfMainIsPrintedInOneLine() async throws {
        let demo = try Greeter.start("greeter-demo", environment: ["MICRO_BROKER": "carrier"])
        #expect(await demo.exitStatus() == 1)
        #expect(
            demo.text.hasPrefix("greeter-demo: invalidArgument: MICRO_BROKER=carrier is not linked"), "\(demo.text)")
        #expect(demo.text.count(where: \.isNewline) == 1 && demo.text.last == "\n", "\(demo.text)")
    }

    @Test func usedPortStopsSecondServer() async throws {
        let address = "127.0.0.1:\(try Machine.freePorts(1)[0])"
        let first = try await Greeter.serve("--address", address, environment: [:])
        let second = try Greeter.start("greeter-server", "--address", address)
        #expect(await second.exitStatus() == 1)
        #expect(second.text.contains("cannot listen at \(address): the address is in use"), "\(second.text)")
        first.send(SIGINT)
        #expect(await first.exitStatus() == 0)
    }

    @Test func unreachableConsulIsReportedByServerAndClient() async throws {
        let nowhere = "127.0.0.1:\(try Machine.freePorts(1)[0])"
        let environment = ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": nowhere]
        let server = try Greeter.start("greeter-server", environment: environment)
        let client = try Greeter.start("greeter-client", "--count", "2", "--interval", "0", environment: environment)
        #expect(await client.exitStatus() == 1)
        #expect(client.text.contains("cannot reach Consul at http://\(nowhere)"), "\(client.text)")
        #expect(!client.text.contains("no instances"))
        #expect(await server.exitStatus(within: .seconds(30)) == 1)
        #expect(server.text.contains("Error: unavailable: cannot reach Consul at http://\(nowhere)"), "\(server.text)")
    }
}

/// The greeter with a real Consul.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(3))) struct GreeterOnConsulTests {
    private let consul: ConsulServer
    private let environment: [String: String]

    init() throws {
        consul = try #require(ConsulServer.current)
        environment = [
            "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address, "MICRO_REGISTER_TTL": "6s",
            "MICRO_REGISTER_INTERVAL": "500ms",
        ]
    }

    private func client(count: Int) throws -> ChildProcess {
        try Greeter.start("greeter-client", "--count", "\(count)", "--interval", "0.02", environment: environment)
    }

    /// Whether Consul has a healthy greeter.
    private func isHealthy() async throws -> Bool {
        try await consul.request("/v1/health/service/greeter?passing").text.contains("greeter-")
    }

    private func expectAllAnswered(_ client: ChildProcess, _ count: Int) async {
        #expect(await client.exitStatus(within: .seconds(60)) == 0, "\(client.text)")
        let line = /(\d+) ok, (\d+) failed, \d+ retried; p50 [\d.]+ ms, p99 [\d.]+ ms/
        let match = client.lastLine.wholeMatch(of: line)
        #expect(match?.1 == "\(count)" && match?.2 == "0", "\(client.text)")
    }

    @Test func callsReachNewServerAndSurviveGracefulShutdown() async throws {
        let first = try await Greeter.serve(environment: environment)
        let client = try client(count: 400)
        #expect(await eventually { client.wasAnswered(by: first) })
        let second = try await Greeter.serve("--version", "2.0.0", environment: environment)
        #expect(await eventually { client.wasAnswered(by: second) })
        #expect(try await consul.request("/v1/health/service/greeter").text.contains(#""v=2.0.0""#))
        first.send(SIGTERM)
        #expect(await first.exitStatus() == 0)
        #expect(client.isRunning, "the client has to outlast the server")
        await expectAllAnswered(client, 400)
        second.send(SIGTERM)
        #expect(await second.exitStatus() == 0)
        #expect(try await eventually { try await !isHealthy() })
    }

    @Test func callsMoveAwayFromKilledServer() async throws {
        let first = try await Greeter.serve(environment: environment)
        let second = try await Greeter.serve(environment: environment)
        let client = try client(count: 300)
        #expect(await eventually { client.wasAnswered(by: first) && client.wasAnswered(by: second) })
        await first.forceKill()
        #expect(client.isRunning, "the client has to outlast the server")
        await expectAllAnswered(client, 300)
        second.send(SIGTERM)
        #expect(await second.exitStatus() == 0)
    }

    @Test(.requiresLocalConsul) func serviceIsRestoredAfterConsulRestart() async throws {
        let server = try await Greeter.serve(environment: environment)
        await consul.kill()
        #expect(await eventually { server.text.contains(" lost") }, "\(server.text)")
        try await consul.start()
        #expect(await eventually(within: .seconds(20)) { server.text.contains(" restored") }, "\(server.text)")
        #expect(try await eventually { try await isHealthy() })
        let client = try client(count: 3)
        await expectAllAnswered(client, 3)
        server.send(SIGTERM)
        #expect(await server.exitStatus() == 0)
        #expect(try await eventually { try await !isHealthy() })
    }

    @Test func emptyConsulReportsNoInstances() async throws {
        // Another test has killed a greeter: Consul may list it until its sync, once a minute.
        #expect(try await eventually(within: .seconds(90)) { try await !isHealthy() })
        let client = try client(count: 2)
        #expect(await client.exitStatus() == 1)
        #expect(
            client.text.contains("no usable instances of greeter in Consul at http://\(consul.address)"),
            "\(client.text)")
        #expect(!client.text.contains("cannot reach"))
    }
}
