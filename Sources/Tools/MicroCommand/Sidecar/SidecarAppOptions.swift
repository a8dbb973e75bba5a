// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore
import MicroSidecar

/// The options of the app beside the sidecar, with Go Micro's names where it has them.
struct SidecarAppOptions: ParsableArguments {
    /// The names of the options with a hyphen, without `--`. They are also accepted with underscores.
    static let flags: Set = [
        "app-listen", "app-protocol", "healthcheck-failures", "healthcheck-interval", "healthcheck-successes",
        "healthcheck-timeout", "healthcheck-url", "register-interval", "register-ttl", "server-address",
        "server-advertise", "server-endpoints", "server-metadata", "server-name", "server-version",
        "subscriptions-path",
    ]

    @Option(help: "The name of the app's service (MICRO_SERVER_NAME).")
    var serverName: String?

    @Option(help: "The address of the app, HOST:PORT (MICRO_SERVER_ADDRESS).")
    var serverAddress: String?

    @Option(help: "The version of the app (MICRO_SERVER_VERSION).")
    var serverVersion: String?

    @Option(help: "The metadata of the app, name=value, separated by commas (MICRO_SERVER_METADATA).")
    var serverMetadata: String?

    @Option(help: "A JSON file with the endpoints of the app.", completion: .file())
    var serverEndpoints: String?

    @Option(
        help: "The health check of the app: an HTTP URL, tcp, grpc, grpc:SERVICE or none (default: tcp)."
    )
    var healthcheckUrl: String?

    @Option(help: "The time between two checks (default: 5s).")
    var healthcheckInterval: String?

    @Option(help: "The time limit of a check (default: 500ms).")
    var healthcheckTimeout: String?

    @Option(help: "The failures in a row after which the app is deregistered (default: 3).")
    var healthcheckFailures: Int?

    @Option(help: "The successes in a row after which the app is registered (default: 1).")
    var healthcheckSuccesses: Int?

    @Option(help: "How the app gets calls: direct, http, jsonrpc (default: direct, as in Go Micro).")
    var appProtocol: String?

    @Option(help: "The address on which the sidecar gets the calls for the app (default: a free port of 127.0.0.1).")
    var appListen: String?

    @Option(help: "The address to register in place of --app-listen.")
    var serverAdvertise: String?

    @Option(help: "How long the app stays registered without a heartbeat (MICRO_REGISTER_TTL; default: 30s).")
    var registerTtl: String?

    @Option(help: "The time between two heartbeats (MICRO_REGISTER_INTERVAL).")
    var registerInterval: String?

    @Option(help: "A JSON file with the topics whose events the app receives.", completion: .file())
    var subscriptions: String?

    @Option(help: "The path at which the app declares its subscriptions, such as /subscriptions.")
    var subscriptionsPath: String?

    @Option(help: "A JSON file with several apps.", completion: .file())
    var apps: String?

    /// The values of the options that have an environment variable.
    var variables: [String: String] {
        let options: [(variable: String, value: String?)] = [
            ("MICRO_SERVER_NAME", serverName), ("MICRO_SERVER_ADDRESS", serverAddress),
            ("MICRO_SERVER_VERSION", serverVersion), ("MICRO_SERVER_METADATA", serverMetadata),
            ("MICRO_REGISTER_TTL", registerTtl), ("MICRO_REGISTER_INTERVAL", registerInterval),
        ]
        return options.reduce(into: [:]) { variables, option in
            if let value = option.value { variables[option.variable] = value }
        }
    }

    /// The apps of the options and of the file.
    ///
    /// - Throws: ``CommandError`` or `ValidationError` that names the option.
    func apps(_ settings: Settings, _ registration: Registration.Configuration) throws -> [SidecarApp] {
        var documents: [SidecarAppDocument] = try apps.map { try SidecarFile.read($0, option: "--apps") } ?? []
        if let document = try document(settings) { documents.append(document) }
        return try documents.map { try $0.app(registration) }
    }

    /// The app of the options; nil without one.
    private func document(_ settings: Settings) throws -> SidecarAppDocument? {
        let (name, address) = (settings.variables["MICRO_SERVER_NAME"], settings.variables["MICRO_SERVER_ADDRESS"])
        guard name != nil || address != nil else { return nil }
        guard let address else { throw CommandError("Require server address", status: .usage) }
        guard let name else { throw CommandError("Require server name", status: .usage) }
        return SidecarAppDocument(
            name: name, address: address, version: settings.variables["MICRO_SERVER_VERSION"],
            metadata: try MetadataPairs.parse(
                settings.variables["MICRO_SERVER_METADATA"].map { $0.split(separator: ",").map(String.init) } ?? [],
                option: "--server-metadata"
            ).reduce(into: [:]) { $0[$1.name] = $1.value },
            endpoints: try serverEndpoints.map { try SidecarFile.read($0, option: "--server-endpoints") },
            protocol: appProtocol, listen: appListen, advertise: serverAdvertise,
            healthcheck: SidecarAppDocument.HealthCheck(
                url: healthcheckUrl, interval: healthcheckInterval, timeout: healthcheckTimeout,
                failures: healthcheckFailures, successes: healthcheckSuccesses),
            subscriptions: try subscriptions.map { try SidecarFile.read($0, option: "--subscriptions") },
            subscriptionsPath: subscriptionsPath)
    }
}
