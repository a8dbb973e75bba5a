// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroBackends
import MicroCore

extension Settings {
    /// Makes the registry that the settings select.
    ///
    /// - Parameter notes: Whether a note is written about a registry in memory.
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`, which names the known registries.
    func makeRegistry(notes: Bool = true) throws -> any Registry {
        if let sidecar = try makeSidecarClient() { return SidecarRegistry(client: sidecar) }
        let registry = try namingOptions {
            try Backends.environment.checkSelection(reader)
            return try Backends.environment.makeRegistry(reader)
        }
        if notes, registry.name == "memory" {
            Console.standard.message(
                "Note: a registry in memory belongs to one process, so that no other service is visible: select one with "
                    + "--registry or MICRO_REGISTRY.")
        }
        return registry
    }

    /// Runs a body. The message of its error names an option in place of its environment variable if the option was given.
    func namingOptions<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as MicroError {
            let options = SettingName.allCases.filter { sources[$0.variable] == .option }
            let message = options.reduce(error.message) { $0.replacing("\($1.variable)=", with: "--\($1.rawValue) ") }
            guard message != error.message else { throw error }
            throw MicroError(error.code, message, origin: error.origin, cause: error.cause, details: error.details)
        }
    }

    /// The client of the sidecar that everything goes through; nil without one.
    func makeSidecarClient() throws -> SidecarClient? {
        try self[.proxyAddress].map { try SidecarClient(address: $0, settings: self) }
    }

    /// Runs a body with the registry, and closes it.
    func withRegistry<Value>(
        notes: Bool = true, _ body: (any Registry) async throws -> Value
    ) async throws -> Value {
        let registry = try makeRegistry(notes: notes)
        do {
            let value = try await body(registry)
            await registry.close()
            return value
        } catch {
            await registry.close()
            throw error
        }
    }

    /// Runs a body with the broker, and closes it.
    func withBroker<Value>(_ body: (any Broker) async throws -> Value) async throws -> Value {
        // A broker that needs no registry works with one in memory.
        try await withRegistry(notes: self[.broker] == nil) { registry in
            let broker: any Broker =
                if let sidecar = try makeSidecarClient() { SidecarBroker(client: sidecar) } else {
                    try Backends.environment.makeBroker(reader, registry: registry)
                }
            do {
                let value = try await body(broker)
                await broker.close(deadline: .now + .seconds(5))
                return value
            } catch {
                await broker.close(deadline: .now + .seconds(1))
                throw error
            }
        }
    }

    /// Runs a body with the registry and the transport, and closes both.
    func withTransport<Value>(_ body: (any Registry, any Transport) async throws -> Value) async throws -> Value {
        try await withRegistry { registry in
            let transport: any Transport =
                if let sidecar = try makeSidecarClient() { SidecarTransport(client: sidecar) } else {
                    try Backends.environment.makeTransport(reader)
                }
            do {
                let value = try await body(registry, transport)
                await transport.close()
                return value
            } catch {
                await transport.close()
                throw error
            }
        }
    }
}

extension Registry {
    /// The records of a service, ordered by version.
    ///
    /// - Throws: ``CommandError`` with the status ``ExitStatus/notFound`` if it has no nodes; the errors of the registry.
    func records(of name: String) async throws -> [ServiceRecord] {
        let records = try await lookUp(name)
        guard !records.isEmpty else {
            throw CommandError(
                "Service not found: \(name) has no nodes in \(self); micro services lists all", status: .notFound)
        }
        return records.sorted { $0.version < $1.version }
    }
}
