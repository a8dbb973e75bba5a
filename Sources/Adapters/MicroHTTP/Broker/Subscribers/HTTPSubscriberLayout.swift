// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The registry layout of subscribers, which depends on the version of go-micro.
///
/// A go-micro publisher reads only the layout of its own version; swift-micro reads all layouts. A subscriber of
/// swift-micro registers with every layout except ``topicName``, with one node ID per layout.
enum HTTPSubscriberLayout: CaseIterable {
    /// go-micro up to v1.12: a service per topic, `topic:<topic>`.
    case prefixedTopic
    /// go-micro v1.13: a service per topic with the topic as its name. This layout is only read: a topic may have the
    /// name of a service, whose callers would then find the subscribers of the topic.
    case topicName
    /// go-micro v1.14 to v2: one service for all topics, with the topic in the node's metadata.
    case goMicroBroker
    /// go-micro v3 and later: the same with a shorter name.
    case microBroker

    /// The layouts with which subscribers register. ``prefixedTopic`` comes last: a subscriber that is found there is
    /// also registered with the other layouts.
    static let registered: [HTTPSubscriberLayout] = [.goMicroBroker, .microBroker, .prefixedTopic]

    /// The service name of a topic's subscribers.
    func serviceName(of topic: String) -> String {
        switch self {
        case .prefixedTopic: "topic:\(topic)"
        case .topicName: topic
        case .goMicroBroker: "go.micro.http.broker"
        case .microBroker: "micro.http.broker"
        }
    }

    /// Whether the service contains the subscribers of all topics.
    var isShared: Bool { self == .goMicroBroker || self == .microBroker }

    /// The suffix of node IDs of this layout. It makes them unique, because Consul has one service per ID.
    private var idSuffix: String {
        switch self {
        case .prefixedTopic, .topicName: ""
        case .goMicroBroker: ".go.micro"
        case .microBroker: ".micro"
        }
    }

    /// The node ID of a subscriber in this layout.
    func nodeID(of subscriberID: String) -> String { subscriberID + idSuffix }

    /// The ID of the subscriber that a node belongs to.
    static func subscriberID(ofNode id: String) -> String {
        for layout in [goMicroBroker, microBroker] where id.hasSuffix(layout.idSuffix) {
            return String(id.dropLast(layout.idSuffix.count))
        }
        return id
    }

    /// The record that registers a subscriber, with the metadata that go-micro's publishers require.
    func record(of subscriberID: String, topic: String, queue: String?, at address: Address) -> ServiceRecord {
        var metadata = ["secure": "false"]
        if isShared { metadata.merge(["broker": "http", "topic": topic]) { $1 } }
        let node = Node(
            id: nodeID(of: subscriberID), address: address.host, port: address.port, metadata: metadata)
        return ServiceRecord(
            name: serviceName(of: topic), version: queue ?? HTTPSubscriberCache.broadcastVersion, nodes: [node])
    }

    /// The topic of a subscriber's node.
    ///
    /// - Parameters:
    ///   - node: A node of the service.
    ///   - name: The name of the service.
    /// - Returns: The topic; nil if the node is not a subscriber.
    func topic(of node: Node, inService name: String) -> String? {
        switch self {
        case .prefixedTopic: String(name.dropFirst("topic:".count))
        case .topicName:
            // A node of a service has the metadata `server` and `protocol`, a subscriber has `secure`.
            node.metadata["secure"] != nil && node.metadata["server"] == nil && node.metadata["protocol"] == nil
                ? node.metadata["topic"] ?? name : nil
        case .goMicroBroker, .microBroker:
            node.metadata["broker"] == "http" ? node.metadata["topic"] : nil
        }
    }
}

/// A subscriber in the registry.
struct HTTPSubscriber: Sendable {
    /// The queue; nil for a subscriber that receives every message.
    let queue: String?
    let node: Node
}

extension [HTTPSubscriber] {
    /// Groups subscribers of all layouts: one node of each group receives a message. A subscriber with several nodes is
    /// used once.
    var groups: [[Node]] {
        var (subscriberIDs, groups, indexByQueue) = (Set<String>(), [[Node]](), [String: Int]())
        for subscriber in self {
            guard subscriberIDs.insert(HTTPSubscriberLayout.subscriberID(ofNode: subscriber.node.id)).inserted else {
                continue
            }
            if let queue = subscriber.queue, let index = indexByQueue[queue] {
                groups[index].append(subscriber.node)
            } else {
                if let queue = subscriber.queue { indexByQueue[queue] = groups.count }
                groups.append([subscriber.node])
            }
        }
        return groups
    }
}
