// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import MicroConsul
import MicroCore
import TestServers
import TestSupport
import Testing

@testable import MicroCommand

/// `micro sidecar` with apps in Python, as processes.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(3))) struct SidecarCommandTests {
    /// An HTTP app that responds to calls and to events.
    private static let app = """
        import http.server, json, os, signal, sys

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.answer(200, b"ok")

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/Say.Hello":
                    name = json.loads(body)["name"]
                    self.answer(200, json.dumps({"greeting": "Hello " + name}).encode())
                elif self.path.startswith("/events/"):
                    print("event", self.path, body.decode(), flush=True)
                    self.answer(204, b"")
                else:
                    self.answer(404, b"unknown")

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        def stop(number, frame):
            print("app got signal", number, flush=True)
            sys.exit(7)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
        print("app for", os.environ["MICRO_SIDECAR_ADDRESS"], flush=True)
        server.serve_forever()
        """

    /// Runs a body with a registry that processes share.
    private func withRegistry(_ body: ([String: String]) async throws -> Void) async throws {
        let consul = try #require(ConsulServer.current)
        try await body(["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address])
    }

    @Test(.enabled(if: Machine.path(of: "python3") != nil, "needs python3"))
    func appIsCalledAndGetsEvents() async throws {
        let file = try TemporaryFile(Self.app)
        let subscriptions = try TemporaryFile(#"[{"topic":"user.created"}]"#)
        try await withRegistry { (environment) async throws in
            let port = try Machine.freePorts(1)[0]
            let sidecar = try ChildProcess(
                MicroTool.path,
                [
                    "sidecar", "--address", "127.0.0.1:0", "--server_name=shop",
                    "--server_address=127.0.0.1:\(port)", "--healthcheck_url=http://127.0.0.1:\(port)/health",
                    "--healthcheck-interval=100ms", "--healthcheck-timeout=5s", "--app-protocol=http",
                    "--subscriptions=\(subscriptions.path)", "--", "python3", file.path, "\(port)",
                ], environment: environment)
            let address = "127.0.0.1:\(try await sidecar.listeningPort())"
            func micro(_ arguments: String...) async throws -> MicroTool.CommandResult {
                try await MicroTool.run(MicroTool.path, arguments, environment: ["MICRO_PROXY_ADDRESS": address])
            }
            #expect(
                try await eventually { try await micro("list", "services").text.contains("shop") }, "\(sidecar.text)")
            #expect(sidecar.text.contains("app for \(address)"))
            // Through the sidecar, and directly by the registry.
            let call = ["call", "shop", "Say.Hello", #"{"name":"John"}"#]
            var called = MicroTool.CommandResult(text: "", status: nil)
            let isCallable = try await eventually {
                called = try await micro("call", "shop", "Say.Hello", #"{"name":"John"}"#)
                return called.text.contains("Hello John")
            }
            #expect(isCallable, "\(called) \(sidecar.text)")
            let direct = try await MicroTool.run(MicroTool.path, call, environment: environment)
            #expect(direct.text.contains("Hello John"), "\(direct.text)")
            let missing = try await micro("call", "shop", "Say.None", "{}")
            // The status 404 of the app is an error of the service.
            #expect(missing.status == 1, "\(missing)")
            let health = try await micro("health", "shop")
            #expect(health.status == 0, "\(health)")
            #expect(try await micro("get", "service", "go.micro.sidecar").text.contains("http_address="))
            #expect(await eventually { sidecar.text.contains("subscribed") })
            #expect(try await micro("publish", "user.created", #"{"n":1}"#).text == "ok\n")
            #expect(
                await eventually { sidecar.text.contains(#"event /events/user.created {"n":1}"#) }, "\(sidecar.text)")
            // The signal reaches the app, whose exit status is that of the command.
            sidecar.send(SIGTERM)
            #expect(await sidecar.exitStatus() == 7, "\(sidecar.text)")
            #expect(sidecar.text.contains("app got signal 15"))
            let services = try await MicroTool.run(MicroTool.path, ["list", "services"], environment: environment)
            #expect(
                services.status == 0 && !services.text.split(separator: "\n").contains("shop"), "\(services.text)")
        }
    }

    @Test func commandExitsWithStatusOfApp() async throws {
        try await withRegistry { (environment) async throws in
            func run(_ program: String...) async throws -> MicroTool.CommandResult {
                try await MicroTool.run(
                    MicroTool.path, ["sidecar", "--address=127.0.0.1:0", "--"] + program, environment: environment)
            }
            #expect(try await run("sh", "-c", "exit 3").status == 3)
            #expect(try await run("true").status == 0)
            #expect(try await run("sh", "-c", "kill -9 $$").status == 137)
            #expect(try await run("no-such-program-anywhere").status == 127)
        }
    }

    @Test func appsOfAFileAreRegisteredAndCalled() async throws {
        let (first, second) = (try TestApps.echo("first"), try TestApps.echo("second"))
        defer {
            first.stop()
            second.stop()
        }
        let file = try TemporaryFile(
            """
            [
              {"name": "shop", "address": "127.0.0.1:\(first.port)", "protocol": "http", "version": "3",
               "metadata": {"zone": "a"}, "healthcheck": {"url": "http://127.0.0.1:\(first.port)/", "timeout": "5s"},
               "endpoints": [{"name": "Shop.Buy", "metadata": {"description": "Buys."}}]},
              {"name": "store", "address": "127.0.0.1:\(second.port)", "protocol": "jsonrpc"}
            ]
            """)
        try await withRegistry { (environment) async throws in
            let sidecar = try ChildProcess(
                MicroTool.path, ["sidecar", "--address=127.0.0.1:0", "--apps", file.path], environment: environment)
            _ = try await sidecar.listeningPort()
            func micro(_ arguments: String...) async throws -> MicroTool.CommandResult {
                try await MicroTool.run(MicroTool.path, arguments, environment: environment)
            }
            for (service, text) in [("shop", "first"), ("store", "second")] {
                let isCalled = try await eventually {
                    try await micro("call", service, "Shop.Buy", "{}").text.contains(text)
                }
                #expect(isCalled, "\(service) \(sidecar.text)")
            }
            let described = try await micro("get", "service", "shop").text
            #expect(described.contains("zone=a") && described.contains("Shop.Buy"), "\(described)")
            sidecar.send(SIGTERM)
            #expect(await sidecar.exitStatus() == 0, "\(sidecar.text)")
            for service in ["shop", "store"] { #expect(try await micro("get", "service", service).status == 3) }
        }
        let wrong = try TemporaryFile(#"[{"name": "shop"}]"#)
        let result = try await MicroTool.run(MicroTool.path, ["sidecar", "--apps", wrong.path])
        #expect(result.status == 2 && result.text.contains("address"), "\(result)")
    }

    @Test func streamsPassThroughTheSidecar() async throws {
        let consul = try #require(ConsulServer.current)
        var settings = ConsulConfiguration()
        settings.address = consul.address
        try await closing(try ConsulRegistry(configuration: settings)) { registry in
            var configuration = Microservice.Configuration(name: "chat")
            configuration.deregistrationGracePeriod = .zero
            let service = try Microservice(configuration, registry: registry)
            service.handleStream("Chat.Echo") { (stream: MessageStream<ChatText, ChatText>, context) in
                for try await message in stream {
                    guard message.text != "fail" else { throw MicroError(.permissionDenied, "refused") }
                    try await stream.send(ChatText(text: "\(context.headers["X-Tenant"] ?? "-") \(message.text)"))
                }
            }
            try await withRegistry { (environment) async throws in
                let sidecar = try ChildProcess(
                    MicroTool.path, ["sidecar", "--address=127.0.0.1:0"],
                    environment: environment.merging(["MICRO_SIDECAR_TOKEN": "s3cret"]) { $1 })
                let port = try await sidecar.listeningPort()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await service.run() }
                    group.addTask {
                        for await state in try registry.watch("chat") where !state["chat"].isEmpty { break }
                        try await Self.checkStreams(port)
                    }
                    try await group.next()
                    group.cancelAll()
                }
                sidecar.send(SIGTERM)
                #expect(await sidecar.exitStatus() == 0, "\(sidecar.text)")
            }
        }
    }

    private static func checkStreams(_ port: Int) async throws {
        let environment = ["MICRO_PROXY_ADDRESS": "127.0.0.1:\(port)", "MICRO_PROXY_TOKEN": "s3cret"]
        func micro(_ script: String) async throws -> MicroTool.CommandResult {
            let command = script.replacing("MICRO", with: MicroTool.path)
            return try await MicroTool.run("/bin/sh", ["-c", command], environment: environment)
        }
        let lines = #"printf '{"text":"1"}\n{"text":"2"}' | MICRO stream chat Chat.Echo -o json --metadata X-Tenant=t"#
        let several = try await micro(lines)
        #expect(several.text == #"{"text":"t 1"}\#n{"text":"t 2"}\#n"# && several.status == 0, "\(several)")
        let counted = try await micro(
            #"yes '{"text":"x"}' 2>/dev/null | MICRO stream chat Chat.Echo -o json --count 5"#)
        #expect(counted.text.split(separator: "\n").count == 5 && counted.status == 0, "\(counted)")
        let failed = try await micro(#"MICRO stream chat Chat.Echo '{"text":"fail"}'"#)
        #expect(failed.status == 1 && failed.text.contains("refused"), "\(failed)")
        let unknown = try await micro(#"MICRO stream chat Chat.Nope '{}'"#)
        #expect(unknown.status == 3, "\(unknown)")
        let refused = try await MicroTool.run(
            MicroTool.path, ["stream", "chat", "Chat.Echo", "{}"],
            environment: ["MICRO_PROXY_ADDRESS": "127.0.0.1:\(port)", "MICRO_PROXY_TOKEN": "no"])
        #expect(refused.status == 4 && refused.text.contains("401"), "\(refused)")
    }

    @Test(.enabled(if: Machine.path(of: "python3") != nil, "needs python3"))
    func exampleRuns() async throws {
        let root = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        let result = try await MicroTool.run(
            root.appendingPathComponent("Examples/Sidecar/run").path, [MicroTool.path])
        #expect(result.status == 0 && result.text.contains("Examples/Sidecar: ok"), "\(result)")
    }

    @Test func registrationOfKilledSidecarExpires() async throws {
        let app = try ScriptedServer(responding: { _ in ScriptedResponse(text: "ok") })
        defer { app.stop() }
        try await withRegistry { (environment) async throws in
            let sidecar = try ChildProcess(
                MicroTool.path,
                [
                    "sidecar", "--address=127.0.0.1:0", "--server_name=shop", "--server_address=127.0.0.1:\(app.port)",
                    "--register_ttl=2s",
                ], environment: environment)
            func isKnown() async throws -> Bool {
                try await MicroTool.run(MicroTool.path, ["get", "service", "shop"], environment: environment).status
                    == 0
            }
            #expect(try await eventually { try await isKnown() }, "\(sidecar.text)")
            await sidecar.forceKill()
            #expect(try await eventually(within: .seconds(60)) { try await !isKnown() })
        }
    }

    @Test func wrongOptionsEndWithStatus2() async throws {
        for (options, text) in [
            (["--server_name=x"], "Require server address"), (["--server_address=:9"], "Require server name"),
            (["--server_name=x", "--server_address=127.0.0.1:9", "--app-protocol=smoke"], "--app-protocol smoke"),
            (["--server_name=x", "--server_address=127.0.0.1:9", "--healthcheck_url=ftp://x"], "--healthcheck-url"),
            (["--handler=smoke"], "MICRO_SIDECAR_HANDLER"), (["--address=0.0.0.0:0"], "without authentication"),
            (["--address=127.0.0.1"], "has no port"),
        ] {
            let result = try await MicroTool.run(MicroTool.path, ["sidecar"] + options)
            #expect(result.status == 2 && result.text.contains(text), "\(options): \(result)")
        }
    }
}

private struct ChatText: Codable, Sendable { var text: String }

private enum TestApps {
    /// An app of HTTP and JSON-RPC that responds with a text.
    static func echo(_ text: String) throws -> ScriptedServer {
        try ScriptedServer(responding: { request in
            let isRPC = request.method == "POST" && request.target == "/"
            return ScriptedResponse(
                headers: [("Content-Type", "application/json")],
                text: isRPC ? "{\"id\":1,\"result\":{\"text\":\"\(text)\"}}" : "{\"text\":\"\(text)\"}")
        })
    }
}
