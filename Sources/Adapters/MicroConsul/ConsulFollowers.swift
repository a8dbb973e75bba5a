// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import BackendSupport
import Synchronization

/// Who follows what in a ``ConsulCatalogue``.
final class ConsulFollowers: Sendable {
    /// Those who were there when something began: whoever comes later has to wait for what is read next.
    struct Round: Sendable {
        /// The services that they follow; nil for all.
        let names: Set<String>?
        fileprivate let ids: [Int]
    }

    private struct Follower {
        let name: String?
        let publish: @Sendable (RegistryState) -> Void
        /// What was published last.
        var state = RegistryState.unread
        var wasServed = false
    }

    private struct Content {
        var followers: [Int: Follower] = [:]
        var nextID = 0
        var onChange: @Sendable () -> Void = {}
    }

    private let content = Mutex(Content())

    func add(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) -> Int {
        let (id, onChange) = content.withLock { content in
            content.nextID += 1
            content.followers[content.nextID] = Follower(name: name, publish: publish)
            return (content.nextID, content.onChange)
        }
        onChange()
        return id
    }

    func remove(_ id: Int) { content.withLock { $0.followers[id] = nil } }

    /// Calls the action whenever somebody is added, in place of the one before.
    func onChange(_ action: @escaping @Sendable () -> Void) { content.withLock { $0.onChange = action } }

    var present: Round {
        content.withLock { content in
            let names = content.followers.values.map(\.name)
            return Round(
                names: names.contains(nil) ? nil : Set(names.compactMap(\.self)), ids: Array(content.followers.keys))
        }
    }

    /// Publishes what was read for a round.
    ///
    /// - Parameter refusalOfAll: Why those who follow all may not see it.
    func deliver(_ view: ConsulCatalogueView, to round: Round, refusalOfAll: MicroError?) {
        publish(to: round) { follower in
            let refusal = follower.name.map { view.refusal(of: $0) } ?? refusalOfAll
            if let refusal { return follower.state.failing(with: refusal) }
            return follower.name.map { RegistryState(view.all[$0]) } ?? view.all
        }
    }

    /// Publishes that nothing can be read.
    func fail(_ round: Round, with cause: MicroError) {
        publish(to: round) { $0.state.failing(with: cause) }
    }

    private func publish(to round: Round, _ next: (Follower) -> RegistryState) {
        let due = content.withLock { content in
            round.ids.compactMap { id -> Follower? in
                guard var follower = content.followers[id] else { return nil }
                let state = next(follower)
                guard !follower.wasServed || !state.isEquivalent(to: follower.state) else { return nil }
                (follower.state, follower.wasServed) = (state, true)
                content.followers[id] = follower
                return follower
            }
        }
        for follower in due { follower.publish(follower.state) }
    }
}
