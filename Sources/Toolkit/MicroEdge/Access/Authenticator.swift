// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Hummingbird

/// A client that has proved who it is.
public struct Identity: Sendable, Hashable {
    /// The name of the client, such as a user or the holder of a key.
    public var name: String
    /// Further facts, such as the claims of a token.
    public var attributes: [String: String]

    /// Creates an identity.
    public init(name: String, attributes: [String: String] = [:]) {
        self.name = name
        self.attributes = attributes
    }
}

/// A way to authenticate the client of a request.
public protocol Authenticator: Sendable {
    /// The challenge for `WWW-Authenticate` (RFC 9110, section 11.6.1), such as `Basic realm="micro"`; nil for a way that
    /// has no registered scheme.
    var challenge: String? { get }

    /// The names of the header fields with the credentials, beside `Authorization`; none by default. A reverse proxy does not
    /// pass them on.
    var credentialFields: [String] { get }

    /// Authenticates the client of a request.
    ///
    /// - Returns: The client; nil if the request has no credentials of this kind.
    /// - Throws: ``/MicroCore/MicroError`` with `unauthenticated` for wrong or expired credentials.
    func authenticate(_ request: Request) async throws -> Identity?
}

extension Authenticator {
    /// None.
    public var credentialFields: [String] { [] }
}
