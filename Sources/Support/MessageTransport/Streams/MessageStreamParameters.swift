// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The fixed properties of one side of a stream.
package struct MessageStreamParameters: Sendable {
    /// The name of the broker, for error messages.
    package let broker: String
    /// Whether this side has opened the stream.
    package let isClient: Bool
    /// The name of the called service.
    package let service: String
    /// For error messages, such as `greeter Greeter.Stream at _INBOX.x`.
    package let name: String
    /// When the stream ends with an error.
    package let deadline: ContinuousClock.Instant
    /// The time without a message after which the peer is asked whether it still exists.
    package let pingInterval: Duration
    /// How long the peer has to respond to that, and a go-micro server to end the stream after its client has finished.
    package let timeout: Duration

    /// Creates the properties.
    package init(
        broker: String, isClient: Bool, service: String, name: String, deadline: ContinuousClock.Instant,
        pingInterval: Duration, timeout: Duration
    ) {
        self.broker = broker
        self.isClient = isClient
        self.service = service
        self.name = name
        self.deadline = deadline
        self.pingInterval = pingInterval
        self.timeout = timeout
    }
}
