// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GreeterContract
import Micro
import MicroHTTP
import MicroMemory
import Synchronization
import TestServers
import TestSupport
import Testing

/// One of three servers is killed and restarted under constant load.
@Suite(.startsServers, .timeLimit(.minutes(2)), .serialized) struct KillTests {
    private final class Results: Sendable {
        let isFinished = Atomic(false)
        let calls = Counter()
        let failures = Mutex<[MicroError]>([])
        let processes = Mutex<Set<Int32>>([])
    }

    /// Idempotent calls do not fail; other calls fail only if they were in flight to the killed server.
    @Test(arguments: [true, false]) func killLosesOnlyInFlightNonIdempotentCalls(_ isIdempotent: Bool) async throws {
        let registry = MemoryRegistry(backend: MemoryBackend())
        let transport = HTTPTransport()
        var servers: [ChildProcess] = []
        for number in 0..<3 {
            let server = try await Greeter.serve(environment: ["MICRO_REGISTRY": "memory"])
            servers.append(server)
            let address = try Address(parsing: #require(Self.address(of: server)))
            let node = Node(
                id: "greeter-\(number)", address: address.host, port: address.port, metadata: ["transport": "http"])
            try await registry.register(
                ServiceRecord(name: "greeter", version: "\(number)", nodes: [node]), timeToLive: nil)
        }
        let client = try Client(configuration: .init(), registry: registry, transport: transport)
        let results = Results()
        let options = CallOptions(isIdempotent: isIdempotent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    while !results.isFinished.load(ordering: .relaxed) {
                        do {
                            let answer: HelloResponse = try await client.call(
                                "greeter", "Greeter.Hello", HelloRequest(name: "x"), options: options)
                            results.processes.withLock { $0.formUnion([answer.process].compactMap(\.self)) }
                        } catch let error as MicroError { results.failures.withLock { $0.append(error) } }
                        results.calls.add()
                    }
                }
            }
            #expect(await eventually(within: .seconds(20)) { results.processes.withLock(\.count) == 3 })
            await servers[0].forceKill()
            let after = results.calls.value
            #expect(await eventually(within: .seconds(20)) { results.calls.value > after + 1000 })
            results.isFinished.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
        let failures = results.failures.withLock(\.self)
        print(
            "kill -9 (\(isIdempotent ? "idempotent" : "not idempotent")): \(results.calls.value) calls, \(failures.count) failed"
        )
        // Each of the 64 callers has one call in flight.
        #expect(failures.count <= (isIdempotent ? 0 : 64), "\(failures.first?.message ?? "")")
        #expect(failures.allSatisfy { $0.code == .unavailable })
        await client.close()
        await transport.close()
        for server in servers.dropFirst() {
            server.send(15)
            #expect(await server.exitStatus() == 0)
        }
    }

    /// The address that a server has logged.
    private static func address(of server: ChildProcess) -> String? {
        let words = server.text.split(whereSeparator: \.isWhitespace)
        return words.last { $0.hasPrefix("address=") }?.dropFirst("address=".count).description
    }
}
