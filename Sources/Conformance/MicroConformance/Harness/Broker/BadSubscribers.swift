// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Creates subscribers that fail, for brokers whose publishers deliver to the subscribers directly.
public protocol BadSubscribers: Sendable {
    /// Adds a subscriber that responds to every message of a topic with an error.
    func addFailing(to topic: String) async throws

    /// Adds a registered subscriber of a topic that cannot be reached.
    func addUnreachable(to topic: String) async throws

    /// Removes all of these subscribers.
    func removeAll() async throws
}
