// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The error of this toolkit, thrown by registries, brokers, transports, clients and servers.
///
/// The API throws no other error except `CancellationError`. Programs branch on ``code``; the texts are for humans.
public struct MicroError: Error, Sendable {
    /// The kind of the failure.
    public var code: Code

    /// A description of what failed, where, and what to do about it. It contains no secrets.
    public var message: String

    /// The reporter of the failure: the name of a service for its own errors, or the part of the toolkit that failed
    /// (``Origin``). It is the `id` of go-micro's errors.
    public var origin: String

    /// Facts about the failure for programs, such as the name of an invalid field. They are sent with the error to
    /// swift-micro callers, within ``maxDetailCount``, ``maxDetailKeyLength`` and ``maxDetailValueLength``; go-micro
    /// ignores them.
    public var details: [String: String]

    /// The underlying error. It is never sent to a peer.
    public var cause: (any Error)?

    /// Whether the operation definitely had no effect, because nothing was sent or the peer refused it before
    /// execution. If true, even an operation that is not idempotent can be retried.
    public var isSafeToRetry: Bool

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: The kind of the failure.
    ///   - message: A description of what failed, where, and what to do about it.
    ///   - origin: The reporter. An empty origin of a handler's error is replaced by the name of its service.
    ///   - cause: The underlying error.
    ///   - isSafeToRetry: Whether the operation definitely had no effect.
    ///   - details: Facts about the failure for programs.
    public init(
        _ code: Code, _ message: String, origin: String = "", cause: (any Error)? = nil, isSafeToRetry: Bool = false,
        details: [String: String] = [:]
    ) {
        self.code = code
        self.message = message
        self.origin = origin
        self.cause = cause
        self.isSafeToRetry = isSafeToRetry
        self.details = details
    }

    /// The values of ``MicroError/origin`` for parts of the toolkit. For a service's own errors, the origin is the name
    /// of the service, which distinguishes a handler's "not found" from the toolkit's.
    public enum Origin {
        /// The client: node selection, encoding, decoding, and limits that are checked before a request is sent.
        public static let client = "micro.client"
        /// The dispatch in the server: an unknown endpoint, a body that cannot be decoded, an expired deadline.
        public static let server = "micro.server"
        /// A registry adapter.
        public static let registry = "micro.registry"
        /// A transport adapter.
        public static let transport = "micro.transport"
        /// A broker adapter.
        public static let broker = "micro.broker"

        /// Whether an origin is one of those above. Those of other modules, such as `micro.edge`, are not included.
        package static func isToolkit(_ origin: String) -> Bool {
            [client, server, registry, transport, broker].contains(origin)
        }
    }

    /// Whether a peer that responds with this error refused the request before any handler ran. A service's own error with
    /// the same code means that its handler has run.
    package var isRefusal: Bool {
        (code == .unavailable || code == .resourceExhausted) && Origin.isToolkit(origin)
    }
}

extension MicroError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
