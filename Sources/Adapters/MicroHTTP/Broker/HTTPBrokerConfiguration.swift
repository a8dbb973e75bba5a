// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOPosix

/// Configuration of an ``HTTPBroker``.
public struct HTTPBrokerConfiguration: Sendable {
    /// The address on which messages are received once there is a subscription; a free port of 127.0.0.1 by default.
    public var address = Address(host: "127.0.0.1", port: 0)
    /// The address for publishers; nil for the address that the broker listens on.
    public var advertise: Address?
    /// The environment variable that sets ``advertise``, for messages.
    var advertiseSetting = "MICRO_BROKER_ADVERTISE"
    /// The maximum size of a message body, sent or received, in bytes; 4 MiB by default.
    public var maxBodySize = 4 * 1024 * 1024
    /// The time limit of a publication or a subscription; 5 s by default.
    public var timeout: Duration = .seconds(5)
    /// The interval of the heartbeats that keep a subscription registered; 30 s by default. A registration that was
    /// lost at the registry is restored within this time. The registration of a killed process expires after twice this
    /// time.
    public var heartbeatInterval: Duration = .seconds(30)

    /// The event loops of the connections: see ``HTTPConfiguration/eventLoopGroup``.
    public var eventLoopGroup = MultiThreadedEventLoopGroup.singleton

    /// Creates a configuration with the defaults.
    public init() {}
}

extension HTTPBrokerConfiguration {
    /// The maximum sum of all names and values of a message's headers, in bytes.
    static let maxHeaderSize = 256 * 1024

    /// The configuration of the transport. Its body limit has room for a body in base64, and headers in which every
    /// byte is escaped.
    var transportConfiguration: HTTPConfiguration {
        var limits = HTTPConfiguration()
        limits.eventLoopGroup = eventLoopGroup
        limits.maxBodySize = (maxBodySize + 2) / 3 * 4 + 6 * Self.maxHeaderSize + 4096
        return limits
    }
}
