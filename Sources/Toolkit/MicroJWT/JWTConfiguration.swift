// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Which JSON Web Tokens a ``JWTAuthenticator`` accepts.
public struct JWTConfiguration: Sendable, Hashable {
    /// Where the keys of the issuer are.
    public enum KeySource: Sendable, Hashable {
        /// A file with a JSON Web Key Set (RFC 7517, section 5).
        case file(String)
        /// The URL of a JSON Web Key Set: `https`, or `http` on this machine.
        case url(String)
    }

    /// Where the keys of the issuer are.
    public var keys: KeySource

    /// The issuer, which the claim `iss` must equal.
    public var issuer: String

    /// The name of this server for the issuer, which the claim `aud` must contain.
    public var audience: String

    /// The algorithms of signatures that are used; by default all of RSA, EC and Ed25519. Neither `none` nor secret keys (`HS256`)
    /// can be used.
    public var algorithms = Self.supportedAlgorithms

    /// All algorithms that ``algorithms`` may contain (RFC 7518, section 3.1, and RFC 8037).
    static let supportedAlgorithms: Set = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ]

    /// The accepted difference between the clocks of the issuer and of this machine, for `exp`, `nbf` and `iat`; 30 s by default.
    public var clockSkew: Duration = .seconds(30)

    /// The claims with texts, numbers or lists of texts that become attributes of the identity, beside `scope`; none by default.
    public var claims: [String] = []

    /// How long keys are used before they are read again; 5 min by default. Keys that are still in use stay valid when the source
    /// cannot be read.
    public var refreshInterval: Duration = .seconds(300)

    /// The minimum time between two reads of the source because of a token with an unknown key; 10 s by default.
    public var minRefreshInterval: Duration = .seconds(10)

    /// Creates a configuration.
    public init(keys: KeySource, issuer: String, audience: String) {
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }
}
