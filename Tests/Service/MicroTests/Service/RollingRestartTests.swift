// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroMemory
import ServiceLifecycle
import Synchronization
import TestServers
import TestSupport
import Testing

/// The results of all callers.
private final class Results: Sendable {
    let isFinished = Atomic(false)
    let failures = Mutex<[String]>([])
    let responders = Mutex<Set<String>>([])
}

/// R54: instances are replaced one after another while callers call continuously.
@Suite(.timeLimit(.minutes(1))) struct RollingRestartTests {
    private let fixture = ServiceFixture(.http)

    private func start(_ id: String) throws -> (group: ServiceGroup, run: Task<Void, any Error>) {
        let service = try fixture.makeService("ping", id: id) { $0.deregistrationGracePeriod = .milliseconds(200) }
        service.handle("Ping.Ping") { (_: Empty, _) in id }
        let group = makeServiceGroup([service])
        return (group, Task { try await group.run() })
    }

    private func isRegistered(_ id: String) async throws -> Bool {
        try await fixture.registry.lookUp("ping").flatMap(\.nodes).contains { $0.id == "ping-\(id)" }
    }

    @Test func rollingRestartLosesNoCalls() async throws {
        let client = try fixture.makeClient()
        let calls = Counter()
        let results = Results()
        var running = [try start("old1"), try start("old2"), try start("old3")]
        for id in ["old1", "old2", "old3"] { #expect(try await eventually { try await isRegistered(id) }) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    while !results.isFinished.load(ordering: .relaxed) {
                        do {
                            let id = try await client.call("ping", "Ping.Ping", Empty(), returning: String.self)
                            _ = results.responders.withLock { $0.insert(id) }
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
        #expect(results.responders.withLock(\.self).isSuperset(of: ["old1", "old2", "old3", "new1", "new2", "new3"]))
        for (group, run) in running {
            await group.triggerGracefulShutdown()
            try await run.value
        }
        await client.close()
    }
}
