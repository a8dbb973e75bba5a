// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration
import MicroCore
import MicroGateway

/// The options of the gateway, with Go Micro's names. Each one has an environment variable.
struct ApiOptions: ParsableArguments {
    /// The names of the options, without `--`. They are also accepted with underscores.
    static let flags: Set = [
        "access-log", "allow-anonymous", "allowed-clients", "compression", "enable-rpc", "enable-tls", "jwks",
        "jwt-algorithms", "jwt-audience", "jwt-claims", "jwt-clock-skew", "jwt-issuer", "namespace", "rate-limit",
        "request-timeout",
        "tls-cert-file", "tls-client-ca-file", "tls-key-file", "trusted-proxies",
    ]

    @Option(help: "The address to listen on (MICRO_API_ADDRESS; default: 127.0.0.1:8080).")
    var address: String?

    @Option(help: "The handler: rpc, api, event, http; also meta and proxy (MICRO_API_HANDLER; default: rpc).")
    var handler: String?

    @Option(help: "The prefix of the services, or none (MICRO_API_NAMESPACE; default: go.micro.api).")
    var namespace: String?

    @Option(help: "How paths are mapped: micro, path, host, grpc (MICRO_API_RESOLVER; default: micro).")
    var resolver: String?

    @Option(help: "The origins of pages that may call, separated by commas, or * (MICRO_API_CORS).")
    var cors: String?

    @Option(
        help: "The JSON file with rules, shares of versions, API keys and origins (MICRO_API_CONFIG).",
        completion: .file())
    var config: String?

    @Flag(help: "Serve POST /rpc (MICRO_API_ENABLE_RPC).")
    var enableRpc = false

    @Flag(help: "Accept clients of other machines without credentials (MICRO_API_ALLOW_ANONYMOUS).")
    var allowAnonymous = false

    @OptionGroup var tls: ServerTLSOptions

    @Option(help: "The JSON Web Key Set of the issuer of tokens: a file, or a URL with https (MICRO_API_JWKS).")
    var jwks: String?

    @Option(help: "The issuer of tokens, as in their claim iss (MICRO_API_JWT_ISSUER).")
    var jwtIssuer: String?

    @Option(help: "The name of the gateway in the claim aud of tokens (MICRO_API_JWT_AUDIENCE).")
    var jwtAudience: String?

    @Option(
        help:
            "The algorithms of tokens, separated by commas (MICRO_API_JWT_ALGORITHMS; default: all of RSA, EC, Ed25519)."
    )
    var jwtAlgorithms: String?

    @Option(help: "The difference between clocks that is accepted (MICRO_API_JWT_CLOCK_SKEW; default: 30s).")
    var jwtClockSkew: String?

    @Option(help: "The claims that services receive, separated by commas, beside sub and scope (MICRO_API_JWT_CLAIMS).")
    var jwtClaims: String?

    @Option(help: "The networks of clients, separated by commas; all by default (MICRO_API_ALLOWED_CLIENTS).")
    var allowedClients: String?

    @Option(help: "Compress responses: gzip, none (MICRO_API_COMPRESSION; default: none).")
    var compression: String?

    @Option(help: "Requests per second and client, with an optional burst: 50, 50:100 (MICRO_API_RATE_LIMIT).")
    var rateLimit: String?

    @Option(help: "The time limit of a request, such as 10s (MICRO_API_REQUEST_TIMEOUT; default: 30s).")
    var requestTimeout: String?

    @Option(help: "The networks of trusted reverse proxies, comma-separated (MICRO_API_TRUSTED_PROXIES).")
    var trustedProxies: String?

    @Option(help: "The format of the access log: json, combined, none (MICRO_API_ACCESS_LOG; default: json).")
    var accessLog: String?

    /// The values of the options that are given, by environment variable.
    var variables: [String: String] {
        let options: [(variable: String, value: String?)] = [
            ("MICRO_API_ADDRESS", address), ("MICRO_API_HANDLER", handler), ("MICRO_API_NAMESPACE", namespace),
            ("MICRO_API_RESOLVER", resolver), ("MICRO_API_CORS", cors), ("MICRO_API_CONFIG", config),
            ("MICRO_API_ENABLE_RPC", enableRpc ? "true" : nil),
            ("MICRO_API_ALLOW_ANONYMOUS", allowAnonymous ? "true" : nil),
            ("MICRO_API_JWKS", jwks), ("MICRO_API_JWT_ISSUER", jwtIssuer), ("MICRO_API_JWT_AUDIENCE", jwtAudience),
            ("MICRO_API_JWT_ALGORITHMS", jwtAlgorithms), ("MICRO_API_JWT_CLOCK_SKEW", jwtClockSkew),
            ("MICRO_API_JWT_CLAIMS", jwtClaims), ("MICRO_API_ALLOWED_CLIENTS", allowedClients),
            ("MICRO_API_COMPRESSION", compression),
            ("MICRO_API_RATE_LIMIT", rateLimit), ("MICRO_API_REQUEST_TIMEOUT", requestTimeout),
            ("MICRO_API_TRUSTED_PROXIES", trustedProxies), ("MICRO_API_ACCESS_LOG", accessLog),
        ]
        return (options + tls.variables).reduce(into: [:]) { variables, option in
            if let value = option.value { variables[option.variable] = value }
        }
    }

    /// The settings in force, with those of the gateway.
    ///
    /// - Throws: As ``SettingsOptions/resolved()``.
    func resolved(with settings: SettingsOptions) throws -> Settings {
        try Settings(options: settings.variables.merging(variables) { _, option in option })
    }
}
