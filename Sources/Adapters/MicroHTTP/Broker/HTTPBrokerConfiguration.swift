// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// What an HTTP broker may be told.
public struct HTTPBrokerConfiguration: Sendable {
    /// Where messages are received, once something is subscribed to; a free port of 127.0.0.1 by default.
    public var address = Address(host: "127.0.0.1", port: 0)
    /// What publishers are told instead of the address that is listened at.
    public var advertise: Address?
    /// The largest body of a message, in bytes, sent or received; 4 MiB by default.
    public var maxBodySize = 4 * 1024 * 1024
    /// How long a publication or a subscription may take; 5 s by default.
    public var timeout: Duration = .seconds(5)
    /// How often a subscription tells the registry that it is there; 30 s by default. A registry that has forgotten it
    /// knows it again by then, and twice that long one stays known whose process was killed.
    public var heartbeatInterval: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}

extension HTTPBrokerConfiguration {
    /// The largest sum of all names and values of a message's headers, in bytes.
    static let maxHeaderSize = 256 * 1024

    /// The limits of the connections: a body of base64 beside headers of which every byte is escaped.
    var transportConfiguration: HTTPConfiguration {
        var limits = HTTPConfiguration()
        limits.maxBodySize = (maxBodySize + 2) / 3 * 4 + 6 * Self.maxHeaderSize + 4096
        return limits
    }
}
