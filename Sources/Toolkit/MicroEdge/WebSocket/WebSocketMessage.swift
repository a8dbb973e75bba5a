// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// A message of a ``WebSocket``.
public enum WebSocketMessage: Sendable, Hashable {
    /// A text.
    case text(String)
    /// Bytes.
    case binary(ByteBuffer)

    /// The content as bytes; that of a text in UTF-8.
    public var bytes: ByteBuffer {
        switch self {
        case .text(let text): ByteBuffer(string: text)
        case .binary(let bytes): bytes
        }
    }
}

/// Limits of a ``WebSocket``.
public struct WebSocketConfiguration: Sendable {
    /// The maximum size of a message, in bytes; 1 MiB by default. A larger one closes the connection with 1009.
    public var maxMessageSize = 1024 * 1024
    /// The interval of pings; 30 s by default. A client that has not sent anything until the next ping is disconnected.
    public var pingInterval: Duration = .seconds(30)
    /// How long a message may wait for a client that does not read; 10 s by default. Then the client is disconnected.
    public var sendTimeout: Duration = .seconds(10)

    /// Creates the default limits.
    public init() {}
}

/// Why a ``WebSocket`` is closed (RFC 6455, section 7.4).
public struct WebSocketCloseCode: Sendable, Hashable {
    /// The number.
    public var code: UInt16

    /// Creates a code, such as one of 4000…4999 for applications.
    public init(_ code: UInt16) { self.code = code }

    /// The purpose of the connection is fulfilled (1000).
    public static let normal = WebSocketCloseCode(1000)
    /// The server shuts down (1001).
    public static let goingAway = WebSocketCloseCode(1001)
    /// The other side breaks the protocol (1002).
    public static let protocolError = WebSocketCloseCode(1002)
    /// A message is of a kind that is not accepted (1003).
    public static let unacceptable = WebSocketCloseCode(1003)
    /// A text is not UTF-8 (1007).
    public static let invalidData = WebSocketCloseCode(1007)
    /// The client may not do this (1008).
    public static let policyViolation = WebSocketCloseCode(1008)
    /// A message is too large (1009).
    public static let tooLarge = WebSocketCloseCode(1009)
    /// The server has failed (1011).
    public static let internalError = WebSocketCloseCode(1011)

    /// Whether a peer may send the code.
    var isValid: Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
