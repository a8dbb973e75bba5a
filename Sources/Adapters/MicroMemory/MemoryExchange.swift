// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Who has subscribed to what among the brokers that deliver at most once. Nothing is kept: a message goes to those who
/// are there when it is published.
final class MemoryExchange: Sendable {
    private struct Subscriber {
        let id: Int
        let pattern: TopicPattern
        let queue: String?
        let source: Subscription.Source
    }

    /// Whose turn it is in a queue.
    private final class RoundRobin: Sendable {
        private let count = Atomic(0)

        func next(of members: [Subscription.Source]) -> Subscription.Source {
            let count = count.wrappingAdd(1, ordering: .relaxed).newValue
            return members[Int(UInt(bitPattern: count) % UInt(members.count))]
        }
    }

    /// Who gets what is published to a topic: worked out once, not for each message.
    private struct Route {
        var ungrouped: [Subscription.Source] = []
        var queues: [(roundRobin: RoundRobin, members: [Subscription.Source])] = []
    }

    private struct Content {
        var byTopic: [String: [Subscriber]] = [:]
        var patterns: [Subscriber] = []
        /// Of the topics in ``byTopic``; with the patterns that cover them.
        var routes: [String: Route] = [:]
        var roundRobins: [String: (roundRobin: RoundRobin, members: Int)] = [:]
        var nextID = 0
        var count = 0
    }

    private let content = Mutex(Content())

    var openSubscriptions: Int { content.withLock(\.count) }

    /// Gives a delivery to every subscriber of its topic, and to one of each queue; tells whether there was any.
    @discardableResult
    func publish(_ delivery: Delivery) -> Bool {
        let route = content.withLock { content in
            content.routes[delivery.topic] ?? Self.route(of: delivery.topic, [], content)
        }
        guard let route else { return false }
        for source in route.ungrouped { source.yield(delivery) }
        for queue in route.queues { queue.roundRobin.next(of: queue.members).yield(delivery) }
        return true
    }

    func makeID() -> Int {
        content.withLock { content in
            content.nextID += 1
            return content.nextID
        }
    }

    func add(_ id: Int, to topic: String, queue: String?, _ source: Subscription.Source) {
        content.withLock { content in
            // It may have ended before it was here.
            guard !source.hasEnded else { return }
            if let queue { content.roundRobins[queue, default: (RoundRobin(), 0)].members += 1 }
            content.count += 1
            let subscriber = Subscriber(id: id, pattern: TopicPattern(topic), queue: queue, source: source)
            if subscriber.pattern.hasWildcards {
                content.patterns.append(subscriber)
                for topic in content.byTopic.keys { Self.updateRoute(of: topic, &content) }
            } else {
                content.byTopic[topic, default: []].append(subscriber)
                Self.updateRoute(of: topic, &content)
            }
        }
    }

    func remove(_ id: Int, from topic: String, queue: String?) {
        content.withLock { content in
            if let index = content.patterns.firstIndex(where: { $0.id == id }) {
                content.patterns.remove(at: index)
                for topic in content.byTopic.keys { Self.updateRoute(of: topic, &content) }
            } else if let index = content.byTopic[topic]?.firstIndex(where: { $0.id == id }) {
                content.byTopic[topic]?.remove(at: index)
                if content.byTopic[topic]?.isEmpty == true { content.byTopic[topic] = nil }
                Self.updateRoute(of: topic, &content)
            } else {
                return
            }
            content.count -= 1
            if let queue {
                content.roundRobins[queue]?.members -= 1
                if content.roundRobins[queue]?.members == 0 { content.roundRobins[queue] = nil }
            }
        }
    }

    private static func updateRoute(of topic: String, _ content: inout Content) {
        content.routes[topic] = content.byTopic[topic].flatMap { route(of: topic, $0, content) }
    }

    /// Nil if nobody has subscribed.
    private static func route(of topic: String, _ exact: [Subscriber], _ content: Content) -> Route? {
        let subscribers = exact + content.patterns.filter { $0.pattern.matches(topic) }
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
        route.queues = queues.compactMap { name, members in content.roundRobins[name].map { ($0.roundRobin, members) } }
        return route
    }
}
