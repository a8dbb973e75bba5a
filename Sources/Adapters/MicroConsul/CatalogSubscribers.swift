// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import Synchronization

/// Who follows what in a ``ConsulCatalog``.
final class CatalogSubscribers: Sendable {
    /// Those who were there when something began: whoever comes later has to wait for what is read next.
    struct Snapshot: Sendable {
        /// The services that they follow; nil for all.
        let names: Set<String>?
        fileprivate let ids: [Int]
    }

    private struct Subscriber {
        let name: String?
        let publish: @Sendable (RegistryState) -> Void
        /// What was published last.
        var state = RegistryState.notYetRead
        var hasPublished = false
    }

    private struct Content {
        var subscribers: [Int: Subscriber] = [:]
        var nextID = 0
        var onChange: @Sendable () -> Void = {}
    }

    private let content = Mutex(Content())

    func add(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) -> Int {
        let (id, onChange) = content.withLock { content in
            content.nextID += 1
            content.subscribers[content.nextID] = Subscriber(name: name, publish: publish)
            return (content.nextID, content.onChange)
        }
        onChange()
        return id
    }

    func remove(_ id: Int) { content.withLock { $0.subscribers[id] = nil } }

    /// Calls the action whenever somebody is added, in place of the one before.
    func onChange(_ action: @escaping @Sendable () -> Void) { content.withLock { $0.onChange = action } }

    var current: Snapshot {
        content.withLock { content in
            let names = content.subscribers.values.map(\.name)
            return Snapshot(
                names: names.contains(nil) ? nil : Set(names.compactMap(\.self)), ids: Array(content.subscribers.keys))
        }
    }

    /// Publishes what was read for a round.
    ///
    /// - Parameter refusalOfAll: Why those who follow all may not see it.
    func deliver(_ cache: CatalogCache, to snapshot: Snapshot, listRefusal: MicroError?) {
        publish(to: snapshot) { follower in
            let refusal = follower.name.map { cache.refusal(of: $0) } ?? listRefusal
            if let refusal { return follower.state.failing(with: refusal) }
            return follower.name.map { RegistryState(cache.all[$0]) } ?? cache.all
        }
    }

    /// Publishes that nothing can be read.
    func fail(_ snapshot: Snapshot, with cause: MicroError) {
        publish(to: snapshot) { $0.state.failing(with: cause) }
    }

    private func publish(to snapshot: Snapshot, _ next: (Subscriber) -> RegistryState) {
        let due = content.withLock { content in
            snapshot.ids.compactMap { id -> Subscriber? in
                guard var follower = content.subscribers[id] else { return nil }
                let state = next(follower)
                guard !follower.hasPublished || !state.isEquivalent(to: follower.state) else { return nil }
                (follower.state, follower.hasPublished) = (state, true)
                content.subscribers[id] = follower
                return follower
            }
        }
        for follower in due { follower.publish(follower.state) }
    }
}
