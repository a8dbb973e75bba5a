// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The memory that registries, brokers and transports of one process share: what a server is to the other adapters.
///
/// Those made without one share ``shared``; a test makes one of its own.
public final class MemoryBackend: Sendable {
    /// The backend of this process.
    public static let shared = MemoryBackend()

    let listeners = Mutex<[Address: MemoryListener]>([:])
    let exchange = MemoryExchange()
    let log: MemoryLog
    let brokerOutage = MemoryOutage()
    private let registries = Mutex<(stores: [String: MemoryRegistryStore], outage: MicroError?)>(([:], nil))

    /// Creates an empty backend.
    ///
    /// - Parameters:
    ///   - storedMessages: How many messages brokers that deliver at least once keep at most.
    ///   - storedBytes: How many bytes these have at most: of topics, headers and bodies.
    public init(maxStoredMessages: Int = 100_000, maxStoredBytes: Int = 64 * 1024 * 1024) {
        log = MemoryLog(maxCount: maxStoredMessages, maxBytes: maxStoredBytes)
    }

    /// Makes the registries unreachable, as a server that was stopped: every operation fails with `unavailable` and
    /// watches turn stale. What is stored stays, and expires.
    public func stopRegistries() {
        let outage = MicroError(
            .unavailable, "cannot reach the memory of this process: it was stopped", origin: MicroError.Origin.registry)
        for store in setOutage(outage) { store.fail(with: outage) }
    }

    /// Makes the registries reachable again.
    public func startRegistries() { for store in setOutage(nil) { store.recover() } }

    /// Forgets every node, as a server that was restarted empty.
    public func wipeRegistries() { for store in registries.withLock(\.stores).values { store.wipe() } }

    /// Has every node that can expire expire now, as a server whose leases were revoked.
    public func revokeRegistrations() { for store in registries.withLock(\.stores).values { store.revoke() } }

    /// How many nodes are stored that can expire.
    public var openRegistrations: Int {
        registries.withLock(\.stores).values.reduce(0) { $0 + $1.openRegistrations }
    }

    /// How many watches are open.
    public var openWatches: Int { registries.withLock(\.stores).values.reduce(0) { $0 + $1.openWatches } }

    /// Makes the brokers unreachable, as a server that was stopped: publishing and subscribing wait and then fail with
    /// `unavailable`, and nothing is delivered. What is stored stays.
    public func stopBrokers() {
        brokerOutage.begin()
        log.suspend()
    }

    /// Makes the brokers reachable again.
    public func startBrokers() {
        brokerOutage.end()
        log.resume()
    }

    /// Forgets the messages that are stored, and the queues and durable subscriptions that nobody has, as a server that
    /// was restarted empty.
    public func wipeBrokers() { log.wipe() }

    /// How many subscriptions are open.
    public var openSubscriptions: Int { exchange.openSubscriptions + log.openSubscriptions }

    var outage: MicroError? { registries.withLock(\.outage) }

    func registry(of namespace: String) -> MemoryRegistryStore {
        registries.withLock { registries in
            if let store = registries.stores[namespace] { return store }
            let store = MemoryRegistryStore()
            if let outage = registries.outage { store.fail(with: outage) }
            registries.stores[namespace] = store
            return store
        }
    }

    private func setOutage(_ outage: MicroError?) -> [MemoryRegistryStore] {
        registries.withLock { registries in
            registries.outage = outage
            return Array(registries.stores.values)
        }
    }
}
