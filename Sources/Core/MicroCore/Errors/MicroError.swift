// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The one error of this toolkit: whatever a registry, a transport, a client or a server reports.
///
/// Besides it only `CancellationError` leaves the API. Branch on ``code``; the texts are for people.
public struct MicroError: Error, Sendable {
    /// What kind of failure it is.
    public var code: Code

    /// What failed, where, and what to do about it. Holds no secret.
    public var message: String

    /// Who reports the failure: the name of a service for its own errors, or the part of the toolkit
    /// (``Origin``) that could not do its work. It is the `id` of go-micro's errors.
    public var origin: String

    /// The error behind this one. It stays in the process: it is never sent to a peer.
    public var cause: (any Error)?

    /// Whether the operation certainly had no effect, so that anything, idempotent or not, may be tried again:
    /// nothing was sent, or the peer refused before it ran anything.
    public var isSafeToRetry: Bool

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: What kind of failure it is.
    ///   - message: What failed, where, and what to do about it.
    ///   - origin: Who reports it. An error thrown by a handler gets the name of its service.
    ///   - cause: The error behind this one.
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

    /// The values of ``MicroError/origin`` that stand for parts of the toolkit. A service that answers "not found"
    /// by itself puts its own name there: that is how the two are told apart.
    public enum Origin {
        /// The calling side: selection, encoding, limits that hold before anything is sent.
        public static let client = "micro.client"
        /// The answering side's dispatch: an unknown endpoint, an undecodable body, a passed deadline.
        public static let server = "micro.server"
        /// A registry adapter.
        public static let registry = "micro.registry"
        /// A transport adapter.
        public static let transport = "micro.transport"
        /// A broker adapter.
        public static let broker = "micro.broker"

        /// Whether a part of the toolkit reports, and not a service.
        package static func isToolkit(_ origin: String) -> Bool {
            [client, server, registry, transport, broker].contains(origin)
        }
    }

    /// Whether a peer that answers with this error has not run the request: the toolkit refused it there. A service that
    /// answers with the same code has run its handler.
    package var isRefusal: Bool {
        (code == .unavailable || code == .resourceExhausted) && Origin.isToolkit(origin)
    }
}

extension MicroError: CustomStringConvertible {
    /// The code and the message, for logs and terminals.
    public var description: String { "\(code): \(message)" }
}
