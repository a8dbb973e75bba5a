// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import MicroSidecar
import Synchronization

/// The registry of a sidecar: its route `/registry`.
struct SidecarRegistry: Registry {
    /// The time between two reads of a watch.
    private static let watchInterval = Duration.seconds(2)

    let client: SidecarClient

    var name: String { "sidecar" }

    var capabilities: RegistryCapabilities { [] }

    var description: String { "\(client)" }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try service.validate()
        let query = timeToLive.map { [("ttl", "\(Int($0.seconds.rounded(.up)))s")] } ?? []
        _ = try await client.send("POST", "/registry", query: query, headers: Self.json, body: try encode(service))
        return RegisterOutcome(timeToLive: timeToLive, created: false)
    }

    func deregister(_ service: ServiceRecord) async throws {
        _ = try await client.send("DELETE", "/registry", headers: Self.json, body: try encode(service))
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] {
        do {
            return try await read([("service", name)]).map(\.record).filter { !$0.nodes.isEmpty }
        } catch let error as MicroError where error.code == .notFound {
            return []
        }
    }

    func list() async throws -> [String] {
        do { return Set(try await read([]).map(\.name)).sorted() } catch let error as MicroError
            where error.code == .notFound
        {
            // The sidecar of Go Micro responds to a list without elements like this.
            return []
        }
    }

    /// Polls the services until the watch ends.
    func watch(_ name: String?) throws -> RegistryWatch {
        let watching = CancellableTask()
        let (watch, source) = RegistryWatch.makeStream { watching.cancel() }
        watching.start {
            var state = RegistryState()
            while !Task.isCancelled {
                do { state = try await current(name) } catch let error as MicroError {
                    state = state.failing(with: error)
                } catch { break }
                source.yield(state)
                do { try await Task.sleep(for: Self.watchInterval) } catch { break }
            }
            source.finish()
        }
        return watch
    }

    func close() async { await client.close() }

    private func current(_ name: String?) async throws -> RegistryState {
        let names = if let name { [name] } else { try await list() }
        let records = try await Concurrent.map(names, maxConcurrency: 8) { try await lookUp($0) }
        return RegistryState(records.flatMap(\.self))
    }

    private static let json = [("Content-Type", "application/json")]

    private func encode(_ service: ServiceRecord) throws -> [UInt8] {
        Array(try JSONEncoder().encode(ServiceDocument(service)))
    }

    private func read(_ query: [(String, String)]) async throws -> [ServiceDocument] {
        let response = try await client.send("GET", "/registry", query: query)
        do { return try JSONDecoder().decode([ServiceDocument]?.self, from: Data(response.body)) ?? [] } catch {
            throw MicroError(
                .internal, "the response of \(client) to /registry is not a list of services",
                origin: MicroError.Origin.registry)
        }
    }
}

/// A task that can be cancelled before it is started.
private final class CancellableTask: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func start(_ body: @escaping @Sendable () async -> Void) {
        state.withLock { state in if !state.isCancelled { state.task = Task { await body() } } }
    }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            return state.task
        }?.cancel()
    }
}
