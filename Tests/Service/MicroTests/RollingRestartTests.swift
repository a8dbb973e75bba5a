// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import Micro
import MicroHTTP
import MicroMemory
import ServiceLifecycle
import Synchronization
import TestServers
import TestSupport
import Testing

private struct Ping: Codable, Sendable {}

private final class Results: Sendable {
    let isFinished = Atomic(false)
    let failures = Mutex<[String]>([])
    let answeredBy = Mutex<Set<String>>([])
}

/// R54: instances are replaced one after the other while callers call all the time.
@Suite(.timeLimit(.minutes(1))) struct RollingRestartTests {
    private let backend = MemoryBackend()

    private func start(_ id: String) throws -> (group: ServiceGroup, run: Task<Void, any Error>) {
        var settings = Microservice.Configuration(name: "ping")
        settings.id = id
        settings.deregistrationGracePeriod = .milliseconds(200)
        let service = try Microservice(
            settings, registry: MemoryRegistry(backend: backend), transport: HTTPTransport(),
            logger: LogRecorder().logger)
        service.handle("Ping.Ping") { (_: Ping, _) in id }
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service)], logger: Logger(label: "x") { _ in SwiftLogNoOpLogHandler() }))
        return (group, Task { try await group.run() })
    }

    private func isRegistered(_ id: String) async throws -> Bool {
        try await MemoryRegistry(backend: backend).lookUp("ping").flatMap(\.nodes).contains { $0.id == "ping-\(id)" }
    }

    @Test func rollingRestartLosesNoCalls() async throws {
        let transport = HTTPTransport()
        let client = try Client(registry: MemoryRegistry(backend: backend), transport: transport)
        let calls = Counter()
        let results = Results()
        var running = [try start("old1"), try start("old2"), try start("old3")]
        for id in ["old1", "old2", "old3"] { #expect(try await eventually { try await isRegistered(id) }) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    while !results.isFinished.load(ordering: .relaxed) {
                        do {
                            let id = try await client.call("ping", "Ping.Ping", Ping(), returning: String.self)
                            _ = results.answeredBy.withLock { $0.insert(id) }
                        } catch { results.failures.withLock { $0.append("\(error)") } }
                        calls.add()
                    }
                }
            }
            for (position, id) in ["new1", "new2", "new3"].enumerated() {
                let old = running[position]
                running[position] = try start(id)
                #expect(try await eventually { try await isRegistered(id) })
                await old.group.triggerGracefulShutdown()
                try await old.run.value
                let before = calls.value
                #expect(await eventually { calls.value > before + 200 })
            }
            results.isFinished.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
        #expect(results.failures.withLock(\.count) == 0, "\(results.failures.withLock(\.first) ?? "")")
        #expect(results.answeredBy.withLock(\.self).isSuperset(of: ["old1", "old2", "old3", "new1", "new2", "new3"]))
        print("rolling restart: \(calls.value) calls, \(results.failures.withLock(\.count)) failed")
        for (group, run) in running {
            await group.triggerGracefulShutdown()
            try await run.value
        }
        await client.close()
        await transport.close()
    }
}
