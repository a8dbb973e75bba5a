// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Shares one feed among all watches of the same scope, for authors of adapters.
///
/// The first watch of a scope starts its feed. Later watches get the feed's last state immediately, then the same
/// states as the others. The feed is cancelled when its last watch ends.
public final class RegistryWatchHub: Sendable {
    /// Reads the backend and publishes states until its task is cancelled.
    ///
    /// - Parameters:
    ///   - name: The service to watch; nil for all services.
    ///   - publish: Delivers a state: see ``RegistryWatch/Source/yield(_:)``.
    public typealias Feed =
        @Sendable (_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void)
        async -> Void

    private struct Scope {
        let feedID: Int
        var sources: [Int: RegistryWatch.Source] = [:]
        var last: RegistryState?
    }

    private struct State {
        var scopes: [String?: Scope] = [:]
        var feeds: [Int: Task<Void, Never>] = [:]
        var nextID = 0
        var isClosed = false

        mutating func makeID() -> Int {
            nextID += 1
            return nextID
        }
    }

    private let state = Mutex(State())
    private let feed: Feed

    /// Creates a hub. No feed runs before the first watch.
    public init(feed: @escaping Feed) { self.feed = feed }

    /// Opens a watch of one service, or of all services (nil).
    ///
    /// - Throws: ``MicroError`` with `invalidName`, or `closed` after ``close()``.
    public func watch(_ name: String?) throws -> RegistryWatch {
        if let name { try NameRules.check(service: name) }
        return try state.withLock { state in
            guard !state.isClosed else {
                throw MicroError(.closed, "the registry is closed", origin: MicroError.Origin.registry)
            }
            let id = state.makeID()
            // The watch keeps the hub alive, so that it continues after its registry has been released.
            let (watch, source) = RegistryWatch.makeStream { self.remove(id, from: name) }
            var scope = state.scopes[name] ?? startFeed(name, &state)
            scope.sources[id] = source
            state.scopes[name] = scope
            if let last = scope.last { source.yield(last) }
            return watch
        }
    }

    /// Ends all watches, and waits until the feeds have ended.
    public func close() async {
        let (sources, feeds) = state.withLock { state in
            state.isClosed = true
            return (state.scopes.values.flatMap(\.sources.values), Array(state.feeds.values))
        }
        for source in sources { source.finish() }
        for feed in feeds { feed.cancel() }
        for feed in feeds { await feed.value }
    }

    private func startFeed(_ name: String?, _ state: inout State) -> Scope {
        let id = state.makeID()
        state.feeds[id] = Task { [weak self, feed] in
            await feed(name) { [weak self] newState in self?.publish(newState, to: name, from: id) }
            self?.state.withLock { state in state.feeds[id] = nil }
        }
        return Scope(feedID: id)
    }

    /// Yields while holding the lock, so that all watches get the states in the order of the feed.
    private func publish(_ newState: RegistryState, to name: String?, from feedID: Int) {
        state.withLock { state in
            guard let scope = state.scopes[name], scope.feedID == feedID else { return }
            state.scopes[name]?.last = newState
            for source in scope.sources.values { source.yield(newState) }
        }
    }

    private func remove(_ id: Int, from name: String?) {
        let feed = state.withLock { state -> Task<Void, Never>? in
            guard var scope = state.scopes[name], scope.sources.removeValue(forKey: id) != nil else { return nil }
            state.scopes[name] = scope.sources.isEmpty ? nil : scope
            return scope.sources.isEmpty ? state.feeds[scope.feedID] : nil
        }
        feed?.cancel()
    }
}
