// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Hummingbird
import JWTKit
public import Logging
import MicroCore
public import MicroEdge

/// Authenticates clients by a JSON Web Token (RFC 7519) as `Authorization: Bearer TOKEN`, such as those of an OpenID Connect
/// provider.
///
/// Tokens are signed with a key of RSA, EC or Ed25519. The name of the identity is the claim `sub`; its attributes are `scope` and
/// ``JWTConfiguration/claims``. New keys of the issuer are found without a restart.
public struct JWTAuthenticator: Authenticator {
    static let origin = "micro.jwt"
    private static let maxTokenSize = 16 * 1024

    private let configuration: JWTConfiguration
    private let cache: JWTKeyCache

    /// Creates an authenticator, and checks its configuration. Keys of a URL are read with the first token.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting, or the file with the keys.
    public init(_ configuration: JWTConfiguration, logger: Logger = .current) async throws {
        guard !configuration.issuer.isEmpty, !configuration.audience.isEmpty else {
            throw MicroError(.invalidArgument, "tokens need an issuer and an audience", origin: Self.origin)
        }
        guard !configuration.algorithms.isEmpty,
            configuration.algorithms.isSubset(of: JWTConfiguration.supportedAlgorithms)
        else {
            throw MicroError(
                .invalidArgument,
                "tokens can be signed with \(JWTConfiguration.supportedAlgorithms.sorted().joined(separator: ", ")) only",
                origin: Self.origin)
        }
        guard (.zero ... .seconds(600)).contains(configuration.clockSkew) else {
            throw MicroError(.invalidArgument, "the clock skew of tokens must be from 0 to 10 min", origin: Self.origin)
        }
        switch configuration.keys {
        case .file(let path):
            _ = try await JWTKeySet(
                try await JWTKeyCache.read(configuration.keys), from: path, algorithms: configuration.algorithms)
        case .url(let url): try Self.check(url)
        }
        self.configuration = configuration
        cache = JWTKeyCache(configuration, logger: logger)
    }

    /// `Bearer`
    public var challenge: String? { "Bearer" }

    /// See ``/MicroEdge/Authenticator/authenticate(_:)``.
    public func authenticate(_ request: Request) async throws -> Identity? {
        guard let token = request.bearerToken, token.split(separator: ".", omittingEmptySubsequences: false).count == 3
        else { return nil }
        guard token.utf8.count <= Self.maxTokenSize else { throw Self.rejection("it is too large") }
        guard let key = try await cache.key(for: token) else { throw Self.rejection("its key is not known") }
        let claims: JWTClaims
        do { claims = try await key.verify(token) } catch {
            throw Self.rejection("its signature is not valid", cause: error)
        }
        if let problem = claims.problem(configuration, at: Date().timeIntervalSince1970) {
            throw Self.rejection(problem)
        }
        guard let name = claims.text("sub"), Self.isPlain(name), !name.isEmpty else {
            throw Self.rejection("it has no valid subject")
        }
        var attributes: [String: String] = [:]
        for claim in ["scope"] + configuration.claims {
            if let text = claims.text(claim), Self.isPlain(text) { attributes[claim] = text }
        }
        return Identity(name: name, attributes: attributes)
    }

    /// Reads the keys again with the next token.
    public func reloadKeys() async { await cache.invalidate() }

    static func rejection(_ reason: String, cause: (any Error)? = nil) -> MicroError {
        MicroError(.unauthenticated, "the token is not accepted: \(reason)", origin: origin, cause: cause)
    }

    /// Whether a text can be the value of a header field. Blanks at its ends would be lost (RFC 9110, section 5.5): the
    /// service would receive the name of another client.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= 1024 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            && text.utf8.first != 0x20 && text.utf8.last != 0x20
    }

    private static func check(_ text: String) throws {
        let url = URL(string: text)
        let isLocal = ["localhost", "127.0.0.1", "::1"].contains(url?.host() ?? "")
        guard url?.host() != nil, url?.scheme == "https" || (url?.scheme == "http" && isLocal) else {
            throw MicroError(
                .invalidArgument, "the keys of the issuer need a URL with https, not \"\(text)\"", origin: origin)
        }
    }
}

extension Request {
    /// The token in `Authorization`; nil for another scheme (RFC 6750, section 2.1).
    fileprivate var bearerToken: String? {
        guard let value = headers[.authorization] else { return nil }
        let parts = value.split(separator: " ")
        return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
    }
}
