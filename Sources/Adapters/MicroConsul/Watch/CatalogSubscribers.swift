// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import Synchronization

/// The watches that are fed by a ``ConsulCatalog``.
final class CatalogSubscribers: Sendable {
    /// The subscribers at the start of a read. Later ones wait for the next read.
    struct Snapshot: Sendable {
        /// The services that they watch; nil for all.
        let names: Set<String>?
        fileprivate let ids: [Int]
    }

    private struct Subscriber {
        let name: String?
        let publish: @Sendable (RegistryState) -> Void
        /// The state that was published last, if `hasPublished`.
        var state: RegistryState
        var hasPublished: Bool
    }

    private struct State {
        var subscribers: [Int: Subscriber] = [:]
        var nextID = 0
        var onAdd: @Sendable () -> Void = {}
    }

    private let state = Mutex(State())

    /// Adds a subscriber.
    ///
    /// - Parameters:
    ///   - name: The service that it watches; nil for all.
    ///   - initial: The state that was published to it last; nil for none.
    /// - Returns: Its ID, to remove it.
    func add(
        _ name: String?, startingWith initial: RegistryState?,
        _ publish: @escaping @Sendable (RegistryState) -> Void
    ) -> Int {
        let (id, onAdd) = state.withLock { state in
            state.nextID += 1
            state.subscribers[state.nextID] = Subscriber(
                name: name, publish: publish, state: initial ?? .notYetRead, hasPublished: initial != nil)
            return (state.nextID, state.onAdd)
        }
        onAdd()
        return id
    }

    func remove(_ id: Int) { state.withLock { $0.subscribers[id] = nil } }

    /// Sets the action to call after each added subscriber.
    func onAdd(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.onAdd = action } }

    var isEmpty: Bool { state.withLock { $0.subscribers.isEmpty } }

    var current: Snapshot {
        state.withLock { state in
            let names = state.subscribers.values.map(\.name)
            return Snapshot(
                names: names.contains(nil) ? nil : Set(names.compactMap(\.self)), ids: Array(state.subscribers.keys))
        }
    }

    /// Publishes the services that were read.
    ///
    /// - Parameter listError: Why the token does not permit watches of all services.
    func publish(_ cache: CatalogCache, to snapshot: Snapshot, listError: MicroError?) {
        publish(to: snapshot) { subscriber in
            let error = subscriber.name.map { cache.accessError(for: $0) } ?? listError
            if let error { return subscriber.state.failing(with: error) }
            return cache.all.scoped(to: subscriber.name)
        }
    }

    /// Publishes that nothing can be read.
    func publish(_ failure: MicroError, to snapshot: Snapshot) {
        publish(to: snapshot) { $0.state.failing(with: failure) }
    }

    private func publish(to snapshot: Snapshot, _ nextState: (Subscriber) -> RegistryState) {
        let changed = state.withLock { state in
            snapshot.ids.compactMap { id -> Subscriber? in
                guard var subscriber = state.subscribers[id] else { return nil }
                let next = nextState(subscriber)
                guard !subscriber.hasPublished || !next.isEquivalent(to: subscriber.state) else { return nil }
                (subscriber.state, subscriber.hasPublished) = (next, true)
                state.subscribers[id] = subscriber
                return subscriber
            }
        }
        for subscriber in changed { subscriber.publish(subscriber.state) }
    }
}
