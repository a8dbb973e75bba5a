// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The subscriptions of brokers with at-most-once delivery. Messages are not stored: they go to the current subscribers.
final class MemoryExchange: Sendable {
    private struct Subscriber {
        let id: Int
        let pattern: TopicPattern
        let queue: String?
        let source: Subscription.Source
    }

    /// The position of a queue's round robin.
    private final class RoundRobin: Sendable {
        private let count = Atomic(0)

        func next(of members: [Subscription.Source]) -> Subscription.Source {
            let count = count.wrappingAdd(1, ordering: .relaxed).newValue
            return members[Int(UInt(bitPattern: count) % UInt(members.count))]
        }
    }

    /// The receivers of a topic, computed once rather than for each message.
    private struct Route {
        var ungrouped: [Subscription.Source] = []
        var queues: [(roundRobin: RoundRobin, members: [Subscription.Source])] = []
    }

    private struct State {
        var byTopic: [String: [Subscriber]] = [:]
        var patterns: [Subscriber] = []
        /// The routes of the topics in ``byTopic``, including the patterns that match them.
        var routes: [String: Route] = [:]
        var roundRobins: [String: (roundRobin: RoundRobin, members: Int)] = [:]
        var nextID = 0
        var count = 0
    }

    private let state = Mutex(State())

    var openSubscriptionCount: Int { state.withLock(\.count) }

    /// Delivers to every subscriber of a topic, and to one subscriber of each queue.
    ///
    /// - Returns: Whether there was a subscriber.
    @discardableResult
    func publish(_ delivery: Delivery) -> Bool {
        let route = state.withLock { state in
            state.routes[delivery.topic] ?? Self.route(of: delivery.topic, [], state)
        }
        guard let route else { return false }
        for source in route.ungrouped { source.yield(delivery) }
        for queue in route.queues { queue.roundRobin.next(of: queue.members).yield(delivery) }
        return true
    }

    func makeID() -> Int {
        state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
    }

    func add(_ id: Int, to topic: String, queue: String?, _ source: Subscription.Source) {
        state.withLock { state in
            // A subscription that has ended in the meantime would never be removed.
            guard !source.hasEnded else { return }
            if let queue { state.roundRobins[queue, default: (RoundRobin(), 0)].members += 1 }
            state.count += 1
            let subscriber = Subscriber(id: id, pattern: TopicPattern(topic), queue: queue, source: source)
            if subscriber.pattern.hasWildcards {
                state.patterns.append(subscriber)
                for topic in state.byTopic.keys { Self.updateRoute(of: topic, &state) }
            } else {
                state.byTopic[topic, default: []].append(subscriber)
                Self.updateRoute(of: topic, &state)
            }
        }
    }

    func remove(_ id: Int, from topic: String, queue: String?) {
        state.withLock { state in
            if let index = state.patterns.firstIndex(where: { $0.id == id }) {
                state.patterns.remove(at: index)
                for topic in state.byTopic.keys { Self.updateRoute(of: topic, &state) }
            } else if let index = state.byTopic[topic]?.firstIndex(where: { $0.id == id }) {
                state.byTopic[topic]?.remove(at: index)
                if state.byTopic[topic]?.isEmpty == true { state.byTopic[topic] = nil }
                Self.updateRoute(of: topic, &state)
            } else {
                return
            }
            state.count -= 1
            if let queue {
                state.roundRobins[queue]?.members -= 1
                if state.roundRobins[queue]?.members == 0 { state.roundRobins[queue] = nil }
            }
        }
    }

    private static func updateRoute(of topic: String, _ state: inout State) {
        state.routes[topic] = state.byTopic[topic].flatMap { route(of: topic, $0, state) }
    }

    /// The route of a topic; nil without subscribers.
    private static func route(of topic: String, _ exact: [Subscriber], _ state: State) -> Route? {
        let subscribers = exact + state.patterns.filter { $0.pattern.matches(topic) }
        guard !subscribers.isEmpty else { return nil }
        var route = Route()
        var queues: [String: [Subscription.Source]] = [:]
        for subscriber in subscribers {
            if let queue = subscriber.queue {
                queues[queue, default: []].append(subscriber.source)
            } else {
                route.ungrouped.append(subscriber.source)
            }
        }
        route.queues = queues.compactMap { name, members in state.roundRobins[name].map { ($0.roundRobin, members) } }
        return route
    }
}
