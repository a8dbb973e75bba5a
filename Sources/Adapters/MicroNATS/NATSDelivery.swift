// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The delivery guarantee of a ``NATSBroker``.
public enum NATSDelivery: Sendable, Hashable {
    /// Core NATS: a message reaches the subscribers of that moment.
    case atMostOnce
    /// JetStream: a message is stored in a stream and delivered until it is acknowledged.
    case atLeastOnce(stream: NATSStream)
}

/// A JetStream stream. It is created if it does not exist; an existing stream keeps its settings, except that missing topics
/// are added.
public struct NATSStream: Sendable, Hashable, ExpressibleByStringLiteral {
    /// Where a stream keeps its messages.
    public enum Storage: String, Sendable, Hashable {
        case file
        case memory
    }

    /// The name: at most 64 characters of `A-Z a-z 0-9 _ -`.
    public var name: String
    /// The topics and patterns of a new stream; empty by default. Topics that are published or subscribed to are added on
    /// demand.
    public var topics: [String]
    /// The maximum age of a message; seven days by default, nil for no limit.
    public var maxAge: Duration? = .seconds(7 * 24 * 3600)
    /// The maximum size of the stream in bytes; nil, the default, for no limit. A full stream rejects publications with
    /// `resourceExhausted`.
    public var maxBytes: Int?
    /// Where messages are stored; in files by default.
    public var storage = Storage.file
    /// The number of servers of a cluster that store each message, 1 to 5; 1 by default.
    public var replicas = 1

    /// Creates a stream with the default settings.
    public init(name: String, topics: [String] = []) {
        self.name = name
        self.topics = topics
    }

    /// Creates a stream with the default settings.
    public init(stringLiteral name: String) { self.init(name: name) }
}
