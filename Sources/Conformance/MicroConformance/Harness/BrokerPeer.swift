// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// Publishes as somebody does who knows nothing of the adapter.
public protocol BrokerPeer: Sendable {
    /// Publishes bytes to a topic as they are, without headers or an envelope, in as far as the backend lets it.
    func publish(_ body: ByteBuffer, to topic: String) async throws
}

/// Makes subscribers known with whom something is wrong, for brokers whose publishers bring messages to the subscribers
/// themselves.
public protocol BadSubscribers: Sendable {
    /// Adds one that answers every message of a topic with a failure.
    func addFailing(to topic: String) async throws

    /// Adds one of a topic that is known, and cannot be reached.
    func addUnreachable(to topic: String) async throws

    /// Removes all.
    func removeAll() async throws
}
