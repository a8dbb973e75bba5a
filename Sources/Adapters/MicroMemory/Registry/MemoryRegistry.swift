// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import Synchronization

/// An in-process registry, for development and tests. It is the reference implementation of the contract.
///
/// Registrations do not leave the process and are lost when it ends. Times to live of at least ``minTimeToLive`` are
/// used unchanged.
public final class MemoryRegistry: Registry {
    private let backend: MemoryBackend
    private let store: MemoryRegistryStore
    private let watches = Mutex<[Int: RegistryWatch.Source]?>([:])

    /// Creates a client of a backend.
    ///
    /// - Parameters:
    ///   - backend: The backend that the client shares with others.
    ///   - namespace: The namespace: `[A-Za-z0-9_-]{0,63}`. Clients with different namespaces do not see each other's
    ///     services.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if the namespace is not valid.
    public init(backend: MemoryBackend = .shared, namespace: String) throws {
        try NameRules.check(namespace: namespace)
        self.backend = backend
        store = backend.registry(of: namespace)
    }

    /// Creates a client of a backend with an empty namespace.
    public init(backend: MemoryBackend = .shared) {
        self.backend = backend
        store = backend.registry(of: "")
    }

    /// `memory`
    public var name: String { "memory" }

    /// All capabilities except the formats of other systems.
    public var capabilities: RegistryCapabilities {
        [.readYourWrites, .foreignDeregistration, .linearizableReads, .foreignMoves]
    }

    /// `the memory of this process`
    public var description: String { "the memory of this process" }

    /// See ``/MicroCore/Registry/register(_:timeToLive:)``.
    @discardableResult
    public func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try checkOpen()
        try service.validate()
        let timeToLive = try TimeToLive.effective(timeToLive, minimum: Self.minTimeToLive)
        return RegisterOutcome(timeToLive: timeToLive, created: store.put(service, timeToLive: timeToLive))
    }

    /// See ``/MicroCore/Registry/deregister(_:)``.
    public func deregister(_ service: ServiceRecord) async throws {
        try checkOpen()
        try service.validate()
        store.remove(Set(service.nodes.map(\.id)), of: service.name)
    }

    /// See ``/MicroCore/Registry/lookUp(_:)``.
    public func lookUp(_ name: String) async throws -> [ServiceRecord] {
        try checkOpen()
        try NameRules.check(service: name)
        return store.current[name]
    }

    /// See ``/MicroCore/Registry/list()``.
    public func list() async throws -> [String] {
        try checkOpen()
        return store.current.names.sorted()
    }

    /// See ``/MicroCore/Registry/watch(_:)``.
    public func watch(_ name: String?) throws -> RegistryWatch {
        if let name { try NameRules.check(service: name) }
        return try watches.withLock { watches in
            guard watches != nil else { throw Self.closed }
            let id = store.makeWatchID()
            let (watch, source) = RegistryWatch.makeStream { [weak self, store] in
                store.removeWatch(id)
                self?.watches.withLock { $0?[id] = nil }
            }
            watches?[id] = source
            store.addWatch(id, of: name, source)
            return watch
        }
    }

    /// See ``/MicroCore/Registry/close()``.
    public func close() async {
        let open = watches.withLock { watches in
            defer { watches = nil }
            return watches
        }
        for source in open?.values.map(\.self) ?? [] { source.finish() }
    }

    /// The minimum time to live. Shorter ones are raised to it.
    public static let minTimeToLive = Duration.milliseconds(10)

    private static let closed = MicroError(
        .closed, "the memory registry is closed", origin: MicroError.Origin.registry)

    private func checkOpen() throws {
        guard watches.withLock({ $0 != nil }) else { throw Self.closed }
        try Task.checkCancellation()
        if let outage = backend.outage { throw outage }
    }
}
