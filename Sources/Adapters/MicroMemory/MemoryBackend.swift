// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The in-process backend that the memory registries, brokers and transports share, like the server of other adapters.
///
/// They use ``shared`` by default. A test creates its own backend.
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
    ///   - maxStoredMessages: The maximum number of messages that brokers with at-least-once delivery store.
    ///   - maxStoredBytes: The maximum size of these messages in bytes of topics, headers and bodies.
    public init(maxStoredMessages: Int = 100_000, maxStoredBytes: Int = 64 * 1024 * 1024) {
        log = MemoryLog(maxCount: maxStoredMessages, maxBytes: maxStoredBytes)
    }

    /// Makes the registries unreachable, like a stopped server: every operation fails with `unavailable`, and watches become
    /// stale. Stored nodes remain, and expire.
    public func stopRegistries() {
        let outage = MicroError(
            .unavailable, "cannot reach the memory of this process: its registries were stopped",
            origin: MicroError.Origin.registry)
        for store in setOutage(outage) { store.fail(with: outage) }
    }

    /// Makes the registries reachable again.
    public func startRegistries() { for store in setOutage(nil) { store.recover() } }

    /// Removes all nodes, like a server that restarted without its data.
    public func wipeRegistries() { for store in registries.withLock(\.stores).values { store.wipe() } }

    /// Expires all nodes with a time to live, like a server whose leases were revoked.
    public func revokeRegistrations() { for store in registries.withLock(\.stores).values { store.revoke() } }

    /// The number of stored nodes with a time to live.
    public var expiringNodeCount: Int {
        registries.withLock(\.stores).values.reduce(0) { $0 + $1.expiringNodeCount }
    }

    /// The number of open watches.
    public var openWatchCount: Int { registries.withLock(\.stores).values.reduce(0) { $0 + $1.openWatchCount } }

    /// Makes the brokers unreachable, like a stopped server: publishing and subscribing wait and then fail with
    /// `unavailable`, and no messages are delivered. Stored messages remain.
    public func stopBrokers() {
        brokerOutage.begin()
        log.suspend()
    }

    /// Makes the brokers reachable again.
    public func startBrokers() {
        brokerOutage.end()
        log.resume()
    }

    /// Removes all stored messages, and the queues and durable subscriptions without subscribers, like a server that was
    /// restarted without its data.
    public func wipeBrokers() { log.wipe() }

    /// The number of open subscriptions.
    public var openSubscriptionCount: Int { exchange.openSubscriptionCount + log.openSubscriptionCount }

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
