// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MicroCore
import ServiceLifecycle
import Synchronization

/// Runs what belongs to one app: its health checks, its registration, its calls and its events.
final class AppRunner: Sendable {
    /// What `/metadata` shows of an app.
    struct Status: Encodable, Sendable {
        let name: String
        let version: String
        let address: String
        var isHealthy = false
        var isRegistered = false
        var problem: String?
        var subscriptions: [String] = []
    }

    let app: SidecarApp
    let probe: AppHealthProbe
    private let calls: AppCalls
    private let events: AppEvents
    private let registry: any Registry
    private let transport: any Transport
    private let logger: Logger
    private let id = UUID().uuidString.lowercased()
    private let state: Mutex<Status>

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
        state = Mutex(Status(name: app.name, version: app.version, address: "\(app.address)"))
    }

    /// The current status.
    var status: Status {
        var status = state.withLock(\.self)
        status.subscriptions = events.topics
        return status
    }

    /// Runs until the task is cancelled; then the app is deregistered.
    ///
    /// - Throws: ``MicroCore/MicroError`` if the address for calls cannot be bound.
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
            group.addTask { [calls] in try await listener.run { try await calls.respond(to: $0) } }
            group.addTask {
                await self.supervise(node)
                await listener.drain(deadline: .now + (Task.isCancelled ? .zero : .seconds(5)))
            }
            // The first error ends the other task.
            try await group.waitForAll()
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
                state.withLock { $0.problem = problem }
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
            $0.isHealthy = isHealthy
            $0.problem = problem
        }
        if isHealthy {
            logger.notice("app is healthy", metadata: ["address": "\(app.address)"])
        } else {
            logger.warning("app is not healthy", metadata: ["address": "\(app.address)", "cause": "\(problem ?? "")"])
        }
    }

    /// Keeps the app registered until the task is cancelled; then it is deregistered.
    private func register(_ record: ServiceRecord) async {
        do {
            let registration = try Registration(
                of: record, in: registry, configuration: app.registration, logger: logger,
                onStatusChange: { [weak self] status in
                    self?.state.withLock { $0.isRegistered = status.cause == nil }
                })
            while true {
                do {
                    try await registration.start(within: .seconds(60))
                    break
                } catch let error as MicroError where error.isTransient {
                    state.withLock { $0.problem = error.message }
                }
            }
            await registration.run()
        } catch is CancellationError {
            // The app became unhealthy, or the sidecar stops, before it was registered.
        } catch {
            logger.error("app cannot be registered", metadata: ["cause": "\(error)"])
            state.withLock { $0.problem = "\(error)" }
        }
        state.withLock { $0.isRegistered = false }
    }
}
