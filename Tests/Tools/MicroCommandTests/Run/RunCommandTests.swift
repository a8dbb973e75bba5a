// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConsul
import MicroCore
import TestServers
import TestSupport
import Testing

@testable import MicroCommand

/// The registry that is embedded in `micro run`, through the adapter that the programs use.
@Suite(.timeLimit(.minutes(1))) struct EmbeddedRegistryTests {
    @Test func nodesAreRegisteredWatchedAndExpire() async throws {
        let server = try await EmbeddedRegistry.bind()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                var configuration = ConsulConfiguration()
                configuration.address = server.address
                let registry = try ConsulRegistry(configuration: configuration)
                #expect(try await registry.list().isEmpty)
                let record = ServiceRecord(
                    name: "greeter", version: "1", endpoints: [Endpoint(name: "Greeter.Hello")],
                    nodes: [Node(id: "g1", address: "10.0.0.5", port: 80, metadata: ["a": "b"])])
                #expect(try await registry.register(record, timeToLive: .seconds(30)).created)
                #expect(try await !registry.register(record, timeToLive: .seconds(30)).created)
                #expect(try await registry.list() == ["greeter"])
                #expect(try await registry.lookUp("greeter") == [record])
                var states = try registry.watch("greeter").makeAsyncIterator()
                #expect(await states.next()?["greeter"].count == 1)
                // As `micro api`, `micro watch` and `micro top` do.
                var allStates = try registry.watch(nil).makeAsyncIterator()
                #expect(await allStates.next()?["greeter"].count == 1)
                try await registry.deregister(record)
                #expect(await states.next()?["greeter"].isEmpty == true)
                #expect(await allStates.next()?["greeter"].isEmpty == true)
                await registry.close()
            }
            // The client's task; the server runs until it is cancelled.
            try await group.next()
            group.cancelAll()
        }
    }

    @Test func expiredInstanceIsRemoved() async throws {
        let catalog = EmbeddedCatalog()
        let json = #"{"ID":"g1","Name":"greeter","Check":{"TTL":"50ms"}}"#
        let registration = try JSONDecoder().decode(EmbeddedCatalog.Registration.self, from: Data(json.utf8))
        #expect(catalog.register(registration) && catalog.pass("g1"))
        let index = await catalog.index(above: 0, until: .now)
        #expect(await catalog.index(above: index, until: .now + .seconds(10)) > index)
        #expect(catalog.names.isEmpty && !catalog.pass("g1"))
    }

    /// SwiftNIO ends the process if a connection that was accepted is dropped.
    @Test(.blocking) func connectionsThatArriveDuringCancellationAreClosed() async throws {
        for _ in 0..<100 {
            let server = try await EmbeddedRegistry.bind()
            let port = try #require(try Address(parsing: server.address).port)
            let running = Task { try await server.run() }
            let sockets = try (0..<8).map { _ in try RawSocket(port: port) }
            running.cancel()
            _ = await running.result
            for socket in sockets { #expect([.end, .reset].contains(socket.read(within: .seconds(10)))) }
        }
    }
}

/// Takes a minute.
@Suite(.faultRun, .timeLimit(.minutes(5))) struct EmbeddedRegistryFaultTests {
    /// The contract of registries, except R35: it counts watches by a request that the embedded registry does not have.
    @Test func coreCasesPass() async throws {
        let server = try await EmbeddedRegistry.bind()
        let known = FileManager.default.temporaryDirectory.appendingPathComponent("known-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: known) }
        try Data("R35\n".utf8).write(to: known)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                let arguments = [
                    "conformance", "registry", "--registry", "consul", "--registry-address", server.address, "--tiers",
                    "C", "--known-failing", known.path,
                ]
                let tool = try ChildProcess(MicroTool.path, arguments)
                #expect(await tool.exitStatus(within: .seconds(240)) == 0, "\(tool.text.suffix(3000))")
            }
            try await group.next()
            group.cancelAll()
        }
    }
}

/// `micro run` with a separate package, which is compiled: it takes minutes on a busy machine.
@Suite(.faultRun, .timeLimit(.minutes(20))) struct RunCommandFaultTests {
    @Test func programIsRestartedWhenItsSourcesChange() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("run-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let sources = folder.appendingPathComponent("Sources/Hello")
        try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
        let manifest = """
            // swift-tools-version: 6.2
            import PackageDescription
            let package = Package(name: "hello", targets: [.executableTarget(name: "Hello")])
            """
        try Data(manifest.utf8).write(to: folder.appendingPathComponent("Package.swift"))
        func writeProgram(_ text: String) throws {
            let program = """
                import Foundation
                @main struct Main {
                    static func main() async throws {
                        let registry = ProcessInfo.processInfo.environment["MICRO_REGISTRY"] ?? "none"
                        FileHandle.standardOutput.write(Data("\(text) \\(registry)\\n".utf8))
                        try await Task.sleep(for: .seconds(3600))
                    }
                }
                """
            try Data(program.utf8).write(to: sources.appendingPathComponent("Main.swift"))
        }
        try writeProgram("first")
        let run = try ChildProcess(MicroTool.path, ["run", folder.path])
        #expect(await eventually(within: .seconds(600)) { run.text.contains("Hello | first consul") }, "\(run.text)")
        try writeProgram("second")
        #expect(await eventually(within: .seconds(600)) { run.text.contains("Hello | second consul") }, "\(run.text)")
        run.send(SIGINT)
        #expect(await run.exitStatus() == 0, "\(run.text)")
        #expect(run.text.hasSuffix("Hello: stopped\n"), "\(run.text)")
        let json = try ChildProcess(MicroTool.path, ["run", folder.path, "-o", "json"])
        let line = #"{"line":"second consul","program":"Hello"}"# + "\n"
        #expect(await eventually(within: .seconds(600)) { json.text.contains(line) }, "\(json.text)")
        json.send(SIGINT)
        #expect(await json.exitStatus() == 0)
    }
}
