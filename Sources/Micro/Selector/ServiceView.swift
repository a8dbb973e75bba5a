// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// What a selector knows of one service: the nodes of the newest state of its watch.
final class ServiceView: Sendable {
    private struct Content {
        var state: RegistryState?
        var nodes: [Node] = []
        var aside = SetAside()
        var waiting: [CheckedContinuation<Void, Never>] = []
        var hasEnded = false
        var lastUse = ContinuousClock.now
        var picker: Picker

        /// The first position from one on, around the end, that is fine.
        mutating func position(from start: Int, where isFine: (String, inout SetAside) -> Bool) -> Int? {
            for step in nodes.indices {
                let position = (start + step) % nodes.count
                if isFine(nodes[position].id, &aside) { return position }
            }
            return nil
        }
    }

    let name: String
    private let isEligible: @Sendable (Node) -> Bool
    private let content: Mutex<Content>

    init(name: String, strategy: SelectionStrategy, isEligible: @escaping @Sendable (Node) -> Bool) {
        self.name = name
        self.isEligible = isEligible
        content = Mutex(Content(picker: Picker(strategy: strategy)))
    }

    /// Follows the watch until it ends.
    func follow(_ watch: RegistryWatch) async {
        for await state in watch { update(state) }
        let waiting = content.withLock { content in
            content.hasEnded = true
            defer { content.waiting = [] }
            return content.waiting
        }
        for reader in waiting { reader.resume() }
    }

    /// A node, if possible none of those to avoid and none that failed lately; nil while there is none or nothing is known yet.
    func pick(avoiding tried: Set<String>) -> Node? {
        content.withLock { content in
            let now = ContinuousClock.now
            content.lastUse = now
            guard !content.nodes.isEmpty else { return nil }
            let start = content.picker.position(below: content.nodes.count)
            if tried.isEmpty, content.aside.isEmpty { return content.nodes[start] }
            // When all of them fail they are used as if none did.
            let chosen =
                content.position(from: start) { !tried.contains($0) && !$1.contains($0, at: now) }
                ?? content.position(from: start) { id, _ in !tried.contains(id) }
            return content.nodes[chosen ?? start]
        }
    }

    /// Tells how a node did.
    func report(_ id: String, hasFailed: Bool) {
        content.withLock { content in
            if hasFailed {
                content.aside.add(id, at: .now)
                // It may have gone meanwhile.
                content.aside.keep(content.nodes)
            } else if !content.aside.isEmpty {
                content.aside.remove(id)
            }
        }
    }

    /// The newest state, once there is one; nil when the watch ended before.
    func state() async -> RegistryState? {
        await withCheckedContinuation { continuation in
            let isThere = content.withLock { content in
                if content.state != nil || content.hasEnded { return true }
                content.waiting.append(continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
        return content.withLock(\.state)
    }

    /// How long nobody has asked, and whether there is nothing to keep: the service is known not to exist.
    func idleness(at now: ContinuousClock.Instant) -> (time: Duration, isEmpty: Bool) {
        content.withLock { (now - $0.lastUse, $0.nodes.isEmpty) }
    }

    private func update(_ state: RegistryState) {
        let nodes = state[name].flatMap(\.nodes).filter(isEligible)
        let waiting = content.withLock { content in
            content.state = state
            content.nodes = nodes
            content.aside.keep(nodes)
            defer { content.waiting = [] }
            return content.waiting
        }
        for reader in waiting { reader.resume() }
    }
}
