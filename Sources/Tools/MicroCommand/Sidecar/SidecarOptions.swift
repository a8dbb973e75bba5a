// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The options of the sidecar, with Go Micro's names. Each one has an environment variable.
struct SidecarOptions: ParsableArguments {
    /// The names of the options with a hyphen, without `--`. They are also accepted with underscores.
    static let flags: Set = [
        "allow-anonymous", "access-log", "allowed-hosts", "enable-stats", "enable-tls", "request-timeout",
        "sidecar-address", "sidecar-cors", "sidecar-handler", "sidecar-namespace", "tls-cert-file",
        "tls-client-ca-file", "tls-key-file",
    ]

    @Option(
        name: [.customLong("address"), .customLong("sidecar-address")],
        help: "The address to listen on (MICRO_SIDECAR_ADDRESS; default: 127.0.0.1:8081).")
    var address: String?

    @Option(
        name: [.customLong("handler"), .customLong("sidecar-handler")],
        help: "How /SERVICE/… is passed on: rpc, proxy (MICRO_SIDECAR_HANDLER; default: rpc).")
    var handler: String?

    @Option(
        name: [.customLong("namespace"), .customLong("sidecar-namespace")],
        help: "The prefix of the services, or none (MICRO_SIDECAR_NAMESPACE; default: go.micro.srv).")
    var namespace: String?

    @Option(
        name: [.customLong("cors"), .customLong("sidecar-cors")],
        help: "The origins of pages that may use it, separated by commas (MICRO_SIDECAR_CORS).")
    var cors: String?

    @Option(help: "Accepted values of Host, besides localhost (MICRO_SIDECAR_ALLOWED_HOSTS).")
    var allowedHosts: String?

    @Flag(help: "Serve /stats (MICRO_ENABLE_STATS).")
    var enableStats = false

    @Flag(help: "Accept clients of other machines without credentials (MICRO_SIDECAR_ALLOW_ANONYMOUS).")
    var allowAnonymous = false

    @OptionGroup var tls: ServerTLSOptions

    @Option(help: "The time limit of a request, such as 10s (MICRO_SIDECAR_REQUEST_TIMEOUT; default: 30s).")
    var requestTimeout: String?

    @Option(help: "The format of the access log: json, combined, none (MICRO_SIDECAR_ACCESS_LOG; default: json).")
    var accessLog: String?

    /// The values of the options that are given, by environment variable.
    var variables: [String: String] {
        let options: [(variable: String, value: String?)] = [
            ("MICRO_SIDECAR_ADDRESS", address), ("MICRO_SIDECAR_HANDLER", handler),
            ("MICRO_SIDECAR_NAMESPACE", namespace), ("MICRO_SIDECAR_CORS", cors),
            ("MICRO_SIDECAR_ALLOWED_HOSTS", allowedHosts), ("MICRO_ENABLE_STATS", enableStats ? "true" : nil),
            ("MICRO_SIDECAR_ALLOW_ANONYMOUS", allowAnonymous ? "true" : nil),
            ("MICRO_SIDECAR_REQUEST_TIMEOUT", requestTimeout), ("MICRO_SIDECAR_ACCESS_LOG", accessLog),
        ]
        return (options + tls.variables).reduce(into: [:]) { variables, option in
            if let value = option.value { variables[option.variable] = value }
        }
    }
}
