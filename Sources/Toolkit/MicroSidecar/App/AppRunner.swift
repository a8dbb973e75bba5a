// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MicroCore
import ServiceLifecycle
import Synchronization

/// Runs the health checks, the registration, the calls and the events of one app.
final class AppRunner: Sendable {
    /// The status of an app, as served by `/metadata`.
    struct Status: Encodable, Sendable {
        let name: String
        let version: String
        let address: String
        var isHealthy = false
        var isRegistered = false
        var problem: String?
        var subscriptions: [String] = []
    }

    private struct State {
        var status: Status
        /// Why the app is not registered although it is healthy; nil if it is registered.
        var registrationProblem: String?
    }

    private static let registrationBackoff = Backoff(base: .seconds(1), maxDelay: .seconds(60))

    let app: SidecarApp
    let probe: AppHealthProbe
    private let calls: AppCalls
    private let events: AppEvents
    private let registry: any Registry
    private let transport: any Transport
    private let logger: Logger
    private let id = UUID().uuidString.lowercased()
    private let state: Mutex<State>

    init(
        _ app: SidecarApp, client: AppClient, registry: any Registry, broker: any Broker, transport: any Transport,
        logger: Logger
    ) {
        self.app = app
        self.registry = registry
        self.transport = transport
        var logger = logger
        logger[metadataKey: "app"] = "\(app.name)"
        self.logger = logger
        probe = AppHealthProbe(check: app.healthCheck, client: client)
        calls = AppCalls(app: app, client: client)
        events = AppEvents(app: app, client: client, broker: broker, logger: logger)
        state = Mutex(State(status: Status(name: app.name, version: app.version, address: "\(app.address)")))
    }

    /// The current status.
    var status: Status {
        var status = state.withLock { state in
            var status = state.status
            status.problem = status.problem ?? state.registrationProblem
            return status
        }
        status.subscriptions = events.topics
        return status
    }

    /// Runs until the task is cancelled; then the app is deregistered.
    ///
    /// - Throws: ``MicroCore/MicroError`` if the address for calls cannot be bound, or stops listening.
    func run() async throws {
        guard app.callProtocol != .direct else {
            return await supervise(record(at: app.address, ["server": "rpc"]))
        }
        let listener = try await transport.bind(to: app.listenAddress)
        let advertised = app.advertise.map { Address(host: $0.host, port: $0.port ?? listener.address.port) }
        let node = record(
            at: advertised ?? listener.address,
            [
                "transport": transport.name, "protocol": "mucp", "server": "rpc",
                "http_address": app.callProtocol == .http ? "\(app.address)" : "",
            ].filter { !$0.value.isEmpty })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [calls] in
                do {
                    try await listener.run { try await calls.respond(to: $0) }
                } catch let error as MicroError where error.code == .closed && Task.isShuttingDownGracefully {
                    // The listener was drained before this task ran it.
                }
            }
            group.addTask {
                await self.supervise(node)
                await listener.drain(deadline: .now + (Task.isCancelled ? .zero : .seconds(5)))
            }
            // The first error ends the other task; `waitForAll()` would wait for it.
            while try await group.next() != nil {}
        }
    }

    private func record(at address: Address, _ metadata: [String: String]) -> ServiceRecord {
        app.record(at: address, id: id, metadata: metadata.merging(app.metadata) { $1 })
    }

    /// Checks the app until the task is cancelled or a graceful shutdown is triggered. It is registered, and its events are
    /// delivered, while it is healthy.
    private func supervise(_ record: ServiceRecord) async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.events.run() }
                await self.checkRepeatedly(record)
                group.cancelAll()
            }
        }
    }

    private func checkRepeatedly(_ record: ServiceRecord) async {
        var tracker = HealthTracker(app.healthCheck)
        var registration: Task<Void, Never>?
        while !Task.isCancelled {
            let problem = await check()
            guard !Task.isCancelled else { break }
            if tracker.record(success: problem == nil) {
                report(tracker.isHealthy, problem)
                events.setHealthy(tracker.isHealthy)
                if tracker.isHealthy {
                    registration = Task { await register(record) }
                } else {
                    registration?.cancel()
                    await registration?.value
                    registration = nil
                }
            } else {
                state.withLock { $0.status.problem = problem }
            }
            do { try await Task.sleep(for: app.healthCheck.interval) } catch { break }
        }
        registration?.cancel()
        await registration?.value
    }

    /// Why the app is not healthy; nil if it is.
    private func check() async -> String? {
        do {
            try await probe.run()
            return nil
        } catch {
            return (error as? MicroError)?.message ?? "\(error)"
        }
    }

    private func report(_ isHealthy: Bool, _ problem: String?) {
        state.withLock {
            $0.status.isHealthy = isHealthy
            $0.status.problem = problem
        }
        if isHealthy {
            logger.notice("app became healthy", metadata: ["address": "\(app.address)"])
        } else {
            logger.warning(
                "app became unhealthy", metadata: ["address": "\(app.address)", "cause": "\(problem ?? "")"])
        }
    }

    /// Keeps the app registered until the task is cancelled; then it is deregistered.
    private func register(_ record: ServiceRecord) async {
        var problem: String?
        do {
            let registration = try Registration(
                of: record, in: registry, configuration: app.registration, logger: logger,
                onStatusChange: { [weak self] in self?.setRegistrationProblem($0.cause?.message) })
            try await start(registration)
            await registration.run()
        } catch is CancellationError {
            // The app became unhealthy, or the sidecar stops, before it was registered.
        } catch {
            logger.error("app registration failed", metadata: ["cause": "\(error)"])
            problem = "\(error)"
        }
        state.withLock {
            $0.status.isRegistered = false
            $0.registrationProblem = problem
        }
    }

    /// Registers the app, with retries until the task is cancelled. A refusal may be temporary as well, such as that of a
    /// token that was replaced.
    private func start(_ registration: Registration) async throws {
        var failures = 0
        while true {
            do {
                return try await registration.start(within: .seconds(60))
            } catch let error as MicroError {
                if !error.isTransient {
                    logger.error("app registration failed, retrying", metadata: ["cause": "\(error)"])
                }
                setRegistrationProblem(error.message)
            }
            try await Task.sleep(for: Self.registrationBackoff.delay(attempt: failures))
            failures += 1
        }
    }

    private func setRegistrationProblem(_ problem: String?) {
        state.withLock {
            $0.status.isRegistered = problem == nil
            $0.registrationProblem = problem
        }
    }
}
