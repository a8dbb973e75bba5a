// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroEdge
import Synchronization

/// Keeps the route table current. Requests are routed by the old table until a new one is complete.
final class RouteTableFeed: Sendable {
    /// What a table is made of.
    private struct Source {
        var mapping: PathMapping
        var reservedPaths: [String: String]
        /// The last state of the registry.
        var registry: RegistryState?
        /// The problems of the last table.
        var reported: Set<String> = []
    }

    private struct State {
        var table: RouteTable?
        var problem: MicroError?
    }

    private let registry: any Registry
    private let logger: Logger
    /// Locked while a table is built.
    private let source: Mutex<Source>
    private let state = Mutex(State())

    init(registry: any Registry, mapping: PathMapping, reservedPaths: [String: String], logger: Logger) {
        self.registry = registry
        source = Mutex(Source(mapping: mapping, reservedPaths: reservedPaths))
        self.logger = logger
    }

    /// The current table.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unavailable` as long as the registry was never read.
    func table() throws -> RouteTable {
        let (table, problem) = state.withLock { ($0.table, $0.problem) }
        if let table { return table }
        throw MicroError(
            .unavailable, problem.map { "the registry cannot be read: \($0.message)" } ?? "the routes are being loaded",
            origin: MicroError.Origin.edge)
    }

    /// Why there is no table; nil if there is one.
    var problem: String? {
        do {
            _ = try table()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Builds the table again with another configuration.
    func use(_ mapping: PathMapping, reservedPaths: [String: String]) {
        update { source in (source.mapping, source.reservedPaths) = (mapping, reservedPaths) }
    }

    /// Changes the source, and builds the table if the registry was read.
    private func update(_ change: (inout Source) -> Void) {
        let problems = source.withLock { source -> Set<String> in
            change(&source)
            guard let registry = source.registry else { return [] }
            let table = RouteTable(registry, mapping: source.mapping, reservedPaths: source.reservedPaths)
            // The old table is released outside the lock that every request takes.
            _ = state.withLock { state in exchange(&state.table, with: table) }
            // Only current problems are kept, so that the set is bounded by the registry.
            defer { source.reported = Set(table.problems) }
            return Set(table.problems).subtracting(source.reported)
        }
        for problem in problems.sorted() { logger.warning("ignored a route", metadata: ["cause": "\(problem)"]) }
    }

    /// Watches the registry until the task is cancelled.
    func run() async throws {
        let watch = try registry.watch(nil)
        for await state in watch {
            if case .unknown(let cause) = state.freshness {
                self.state.withLock { $0.problem = cause }
            } else {
                update { $0.registry = state }
            }
        }
    }
}
