// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// `micro api` as a process, in front of greeters on Consul.
@Suite(.requiresConsul, .consul, .blocking, .serialized, .timeLimit(.minutes(3))) struct ApiCommandTests {
    private func withSystem(greeters: Int = 1, _ body: (TestSystem) async throws -> Void) async throws {
        let consul = try #require(ConsulServer.current)
        let system = try await TestSystem.start(
            greeters: greeters,
            [
                "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address,
                "MICRO_SERVER_ADDRESS": "127.0.0.1:0", "MICRO_SERVER_NAME": "go.micro.api.greeter",
                "MICRO_API_ADDRESS": "127.0.0.1:0",
            ])
        try await body(system)
        await system.end()
    }

    /// Starts the gateway, under its own name.
    private func startGateway(_ system: TestSystem, _ options: String...) throws -> ChildProcess {
        let environment = system.environment.merging(["MICRO_SERVER_NAME": ""]) { $1 }
        return try ChildProcess(MicroTool.path, ["api"] + options, environment: environment)
    }

    /// Whether the gateway is registered with its address within 30 s.
    private func isRegistered(_ environment: [String: String]) async throws -> Bool {
        try await eventually {
            let result = try await MicroTool.run(
                MicroTool.path, ["get", "service", "go.micro.api"], environment: environment)
            return result.text.contains("http_address=")
        }
    }

    private func hello(_ port: Int, _ headers: [String] = []) throws -> RawHTTPResponse? {
        let body = #"{"name":"John"}"#
        let fields = ["Host: localhost", "Connection: close", "Content-Length: \(body.utf8.count)"] + headers
        return try .exchange(
            "POST /greeter/hello HTTP/1.1\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n\(body)", port: port)
    }

    @Test func endpointsAreServedListedAndExplained() async throws {
        try await withSystem { (system) async throws in
            let gateway = try startGateway(system)
            let port = try await gateway.listeningPort()
            #expect(try await eventually { try hello(port)?.status == 200 }, "\(gateway.text)")
            #expect(try hello(port)?.body.contains("Hello John") == true)
            let routes = try await system.micro("api", "routes")
            #expect(routes.status == 0 && routes.text.contains("Greeter.Hello"), "\(routes.text)")
            let explained = try await system.micro("api", "explain", "POST", "/greeter/hello")
            #expect(explained.text.contains("go.micro.api.greeter") && explained.text.contains("Greeter.Hello"))
            #expect(try await system.micro("api", "explain", "POST", "/greeter/nothing/at/all").status == 3)
            #expect(try await isRegistered(system.environment))
            gateway.send(SIGTERM)
            #expect(await gateway.exitStatus() == 0, "\(gateway.text)")
            #expect(gateway.text.contains("request served"))
        }
    }

    @Test func configurationIsReadAgainAfterSIGHUP() async throws {
        let file = try TemporaryFile(#"{"api_keys": {"shop": "first-key"}}"#)
        try await withSystem { (system) async throws in
            let gateway = try startGateway(system, "--config=\(file.path)")
            let port = try await gateway.listeningPort()
            #expect(
                try await eventually { try hello(port, ["X-Api-Key: first-key"])?.status == 200 }, "\(gateway.text)")
            #expect(try hello(port)?.status == 401)
            try Data(#"{"api_keys": {"shop": "second-key"}}"#.utf8).write(to: URL(fileURLWithPath: file.path))
            gateway.send(SIGHUP)
            #expect(
                try await eventually { try hello(port, ["X-Api-Key: second-key"])?.status == 200 }, "\(gateway.text)")
            #expect(try hello(port, ["X-Api-Key: first-key"])?.status == 401)
            try Data("{".utf8).write(to: URL(fileURLWithPath: file.path))
            gateway.send(SIGHUP)
            #expect(await eventually { gateway.text.contains("keeping the previous one") })
            #expect(try hello(port, ["X-Api-Key: second-key"])?.status == 200)
            #expect(!gateway.text.contains("-key"))
            gateway.send(SIGTERM)
            #expect(await gateway.exitStatus() == 0)
        }
    }

    /// A key set with the public key of RFC 7517, appendix A.1.
    private static let keys = #"""
        {"keys": [{"kty": "EC", "crv": "P-256", "kid": "1", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}
        """#

    @Test func tokensOfAnIssuerAreRequired() async throws {
        let keys = try TemporaryFile(Self.keys)
        try await withSystem(greeters: 0) { (system) async throws in
            let options = ["--jwks", keys.path, "--jwt-issuer=https://issuer.example", "--jwt_audience=api"]
            let gateway = try ChildProcess(MicroTool.path, ["api"] + options, environment: system.environment)
            let port = try await gateway.listeningPort()
            #expect(try hello(port)?.status == 401)
            #expect(try hello(port, ["Authorization: Bearer a.b.c"])?.status == 401)
            gateway.send(SIGTERM)
            #expect(await gateway.exitStatus() == 0)
            let check = try await MicroTool.run(
                MicroTool.path, ["api", "check"] + options, environment: system.environment)
            #expect(check.status == 0 && check.text.contains("1 ways to authenticate"), "\(check.text)")
        }
    }
}

/// The checks of `micro api` that need no server.
@Suite(.timeLimit(.minutes(1))) struct ApiCheckCommandTests {
    @Test(arguments: [
        (["--jwks=/no/such/file", "--jwt-issuer=i", "--jwt-audience=a"], "/no/such/file"),
        (["--jwks=http://issuer.example/keys", "--jwt-issuer=i", "--jwt-audience=a"], "https"),
        (["--jwks=k"], "MICRO_API_JWT_ISSUER"), (["--address=0.0.0.0:0"], "authenticat"),
        (["--handler=other"], "MICRO_API_HANDLER"), (["--rate-limit=x"], "MICRO_API_RATE_LIMIT"),
        (["--compression=br"], "MICRO_API_COMPRESSION"), (["--allowed-clients=x"], "network"),
        (["--config=/no/such/file"], "/no/such/file"),
    ]) func wrongSettingsAreNamed(_ options: [String], _ part: String) async throws {
        let result = try await MicroTool.run(MicroTool.path, ["api", "check"] + options)
        #expect(result.status != 0 && result.text.contains(part), "\(result)")
    }

    @Test func fileIsChecked() async throws {
        let wrong = try TemporaryFile(#"{"rules": [{"path": "/a", "timeout": "soon"}]}"#)
        let result = try await MicroTool.run(MicroTool.path, ["api", "check", "--config", wrong.path])
        #expect(result.status != 0 && result.text.contains("rules[0].timeout"), "\(result)")
        let right = try TemporaryFile(#"{"rules": [{"path": "/a", "timeout": "2s"}], "reserved_paths": {"/b": "c"}}"#)
        let valid = try await MicroTool.run(MicroTool.path, ["api", "check", "--config", right.path])
        #expect(valid.status == 0 && valid.text.contains("1 rules"), "\(valid)")
    }
}
