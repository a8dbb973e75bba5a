// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization
import TestServers
import TestSupport
import Testing

/// A registry whose results a test sets.
private final class FakeRegistry: Registry {
    struct State {
        var isDown = false
        var failure = MicroError(.unavailable, "cannot reach the fake registry")
        var nodes: Set<String> = []
        var registers = 0
        var hangs = false
        /// Whether records can be deregistered although the registry is down.
        var allowsDeregistration = false
        /// Whether the response is lost after the request was executed.
        var hangsAfterRegistering = false
    }

    let state = Mutex(State())
    var name: String { "fake" }
    var capabilities: RegistryCapabilities { [] }
    var description: String { "the fake registry" }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        if state.withLock(\.hangs) { try await Task.sleep(for: .seconds(600)) }
        if state.withLock(\.hangsAfterRegistering) {
            state.withLock { _ = $0.nodes.insert(service.nodes[0].id) }
            try await Task.sleep(for: .seconds(600))
        }
        return try state.withLock { state in
            state.registers += 1
            if state.isDown { throw state.failure }
            let created = service.nodes.map { state.nodes.insert($0.id).inserted }.contains(true)
            return RegisterOutcome(timeToLive: timeToLive, created: created)
        }
    }

    func deregister(_ service: ServiceRecord) async throws {
        if state.withLock(\.hangs) { try await Task.sleep(for: .seconds(600)) }
        try state.withLock { state in
            if state.isDown, !state.allowsDeregistration { throw state.failure }
            for node in service.nodes { state.nodes.remove(node.id) }
        }
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] { [] }
    func list() async throws -> [String] { [] }
    func watch(_ name: String?) throws -> RegistryWatch { RegistryWatch.makeStream().watch }
    func close() async {}
}

/// Records the reports of heartbeats.
private final class StatusRecorder: Sendable {
    private let all = Mutex<[RegistrationStatus]>([])

    var names: [String] { all.withLock { $0.map(\.name) } }
    var causes: [String?] { all.withLock { $0.map(\.cause?.message) } }

    func append(_ status: RegistrationStatus) { all.withLock { $0.append(status) } }
}

@Suite(.timeLimit(.minutes(1))) struct RegistrationTests {
    private let registry = FakeRegistry()
    private let log = LogRecorder()
    private let statuses = StatusRecorder()

    private func registration(_ change: (inout Registration.Configuration) -> Void = { _ in }) throws -> Registration {
        var configuration = Registration.Configuration()
        configuration.timeToLive = .milliseconds(300)
        configuration.interval = .milliseconds(20)
        configuration.backoff = Backoff(base: .milliseconds(5), maxDelay: .milliseconds(20))
        change(&configuration)
        let record = ServiceRecord(name: "svc", nodes: [Node(id: "n", address: "10.0.0.1", port: 80)])
        return try Registration(
            of: record, in: registry, configuration: configuration, logger: log.logger,
            onStatusChange: { [statuses] in statuses.append($0) })
    }

    private func withRunning(_ registration: Registration, _ body: () async throws -> Void) async throws {
        try await registration.start(within: .seconds(30))
        let task = Task { await registration.run() }
        try await body()
        task.cancel()
        await task.value
    }

    @Test func registersSendsHeartbeatsAndDeregisters() async throws {
        try await withRunning(registration()) {
            #expect(registry.state.withLock(\.nodes) == ["n"])
            #expect(await eventually { registry.state.withLock(\.registers) >= 3 })
        }
        #expect(registry.state.withLock(\.nodes).isEmpty)
        #expect(log.has("registered") && log.has("deregistered") && !log.has("lost"))
    }

    @Test func wipedBackendIsReregistered() async throws {
        try await withRunning(registration()) {
            registry.state.withLock { $0.nodes = [] }
            #expect(await eventually { registry.state.withLock(\.nodes) == ["n"] })
            #expect(await eventually { log.has("lost", "svc") && log.has("restored", "svc") })
        }
        #expect(statuses.names == ["registered", "lost", "restored"])
    }

    @Test func recoversAfterOutage() async throws {
        try await withRunning(registration()) {
            registry.state.withLock { $0.isDown = true }
            #expect(await eventually { log.has("lost", "cannot reach the fake registry") })
            registry.state.withLock {
                $0.nodes = []
                $0.isDown = false
            }
            #expect(await eventually { registry.state.withLock(\.nodes) == ["n"] })
            #expect(await eventually { log.has("restored") })
        }
        #expect(log.text.count { $0.contains("lost") } == 1)
        #expect(statuses.names == ["registered", "lost", "restored"])
        #expect(statuses.causes == [nil, "cannot reach the fake registry", nil])
    }

    @Test func startRetriesUntilRegistryIsAvailable() async throws {
        registry.state.withLock { $0.isDown = true }
        let registration = try registration()
        async let started: Void = registration.start(within: .seconds(20))
        #expect(await eventually { registry.state.withLock(\.registers) >= 2 })
        registry.state.withLock { $0.isDown = false }
        try await started
        #expect(registry.state.withLock(\.nodes) == ["n"])
    }

    @Test func startThrowsUnavailableAtTimeout() async throws {
        registry.state.withLock { $0.isDown = true }
        let registration = try registration()
        await #expect { try await registration.start(within: .milliseconds(100)) } throws: {
            ($0 as? MicroError)?.code == .unavailable
        }
    }

    @Test func startTimesOutIfRegistryHangs() async throws {
        registry.state.withLock { $0.hangs = true }
        let registration = try registration()
        await #expect { try await registration.start(within: .milliseconds(100)) } throws: {
            ($0 as? MicroError)?.code == .deadlineExceeded
        }
    }

    @Test func startDoesNotRetryPermanentErrors() async throws {
        registry.state.withLock {
            $0.isDown = true
            $0.failure = MicroError(.permissionDenied, "no")
        }
        let registration = try registration()
        await #expect { try await registration.start(within: .seconds(60)) } throws: {
            ($0 as? MicroError)?.code == .permissionDenied
        }
        #expect(registry.state.withLock(\.registers) == 1)
    }

    @Test func cancelledStartDeregisters() async throws {
        registry.state.withLock { $0.hangsAfterRegistering = true }
        let registration = try registration()
        let start = Task { try await registration.start(within: .seconds(60)) }
        #expect(await eventually { registry.state.withLock(\.nodes) == ["n"] })
        start.cancel()
        await #expect(throws: CancellationError.self) { try await start.value }
        #expect(registry.state.withLock(\.nodes).isEmpty)
    }

    /// The response to the first attempt was lost, and a later attempt is refused.
    @Test func refusalAfterAnInterruptedAttemptDeregisters() async throws {
        registry.state.withLock {
            $0.isDown = true
            $0.failure = MicroError(.unavailable, "the connection was lost")
        }
        let registration = try registration { $0.backoff = Backoff(base: .milliseconds(5), maxDelay: .milliseconds(5)) }
        let start = Task { try await registration.start(within: .seconds(60)) }
        #expect(await eventually { registry.state.withLock(\.registers) >= 1 })
        registry.state.withLock {
            $0.nodes = ["n"]
            $0.failure = MicroError(.permissionDenied, "no")
            $0.allowsDeregistration = true
        }
        await #expect { try await start.value } throws: { ($0 as? MicroError)?.code == .permissionDenied }
        #expect(registry.state.withLock(\.nodes).isEmpty)
    }

    @Test func deregistrationIsBounded() async throws {
        try await withRunning(registration { $0.deregisterTimeout = .milliseconds(50) }) {
            registry.state.withLock { $0.hangs = true }
        }
        #expect(log.has("deregistration failed"))
    }

    @Test func defaultIntervalIsAThirdOfTheTimeToLive() async throws {
        let started = ContinuousClock.now
        try await withRunning(registration { ($0.timeToLive, $0.interval) = (.milliseconds(600), nil) }) {
            #expect(await eventually { registry.state.withLock(\.registers) >= 2 })
            // With jitter, at least nine tenths of 200 ms.
            #expect(ContinuousClock.now - started >= .milliseconds(180))
            #expect(await eventually { registry.state.withLock(\.registers) >= 3 })
            #expect(ContinuousClock.now - started >= .milliseconds(360))
        }
    }

    @Test func intervalMustBeBelowTimeToLive() {
        #expect { try registration { $0.interval = $0.timeToLive } } throws: {
            ($0 as? MicroError)?.code == .invalidArgument
        }
    }
}
