// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The error of this toolkit, thrown by registries, brokers, transports, clients and servers.
///
/// The API throws no other error except `CancellationError`. Programs decide by ``code``; the texts are for people.
public struct MicroError: Error, Sendable {
    /// The kind of the failure.
    public var code: Code

    /// A description of what failed, where, and what to do about it. It contains no secrets.
    public var message: String

    /// The reporter of the failure: the name of a service for its own errors, or the part of the toolkit that failed
    /// (``Origin``). It is the `id` of go-micro's errors.
    public var origin: String

    /// The underlying error. It is never sent to a peer.
    public var cause: (any Error)?

    /// Whether the operation certainly had no effect, because nothing was sent or the peer refused it before execution. Then
    /// even an operation that is not idempotent can be retried.
    public var isSafeToRetry: Bool

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: The kind of the failure.
    ///   - message: A description of what failed, where, and what to do about it.
    ///   - origin: The reporter. An empty origin of a handler's error is replaced by the name of its service.
    ///   - cause: The underlying error.
    ///   - isSafeToRetry: Whether the operation certainly had no effect.
    public init(
        _ code: Code, _ message: String, origin: String = "", cause: (any Error)? = nil, isSafeToRetry: Bool = false
    ) {
        self.code = code
        self.message = message
        self.origin = origin
        self.cause = cause
        self.isSafeToRetry = isSafeToRetry
    }

    /// The values of ``MicroError/origin`` for parts of the toolkit. A service's own errors carry the name of the service
    /// instead, which distinguishes a handler's "not found" from that of the toolkit.
    public enum Origin {
        /// The client: node selection, encoding, and limits that are checked before anything is sent.
        public static let client = "micro.client"
        /// The dispatch in the server: an unknown endpoint, a body that cannot be decoded, an expired deadline.
        public static let server = "micro.server"
        /// A registry adapter.
        public static let registry = "micro.registry"
        /// A transport adapter.
        public static let transport = "micro.transport"
        /// A broker adapter.
        public static let broker = "micro.broker"

        /// Whether an origin is a part of the toolkit, and not a service.
        package static func isToolkit(_ origin: String) -> Bool {
            [client, server, registry, transport, broker].contains(origin)
        }
    }

    /// Whether a peer that responds with this error has not executed the request: the toolkit refused it there. A service
    /// that responds with the same code has run its handler.
    package var isRefusal: Bool {
        (code == .unavailable || code == .resourceExhausted) && Origin.isToolkit(origin)
    }
}

extension MicroError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
