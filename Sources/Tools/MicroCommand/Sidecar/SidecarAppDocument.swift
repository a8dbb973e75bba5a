// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Foundation
import MicroCore
import MicroSidecar

/// An app in the file of `--apps`.
struct SidecarAppDocument: Decodable {
    /// The check of the app's health.
    struct HealthCheck: Decodable {
        var url: String?
        var interval: String?
        var timeout: String?
        var failures: Int?
        var successes: Int?
    }

    var name: String
    var address: String
    var version: String?
    var metadata: [String: String]?
    var endpoints: [Endpoint]?
    var `protocol`: String?
    var listen: String?
    var advertise: String?
    var healthcheck: HealthCheck?
    var subscriptions: [AppSubscription]?
    var subscriptionsPath: String?

    /// Converts the document to an app.
    ///
    /// - Throws: ``CommandError`` that names the command-line option which corresponds to the member.
    func app(_ registration: Registration.Configuration) throws -> SidecarApp {
        var app = SidecarApp(name: name, address: try Self.address(address, "server-address"))
        app.version = version ?? ""
        app.metadata = metadata ?? [:]
        app.endpoints = endpoints ?? []
        if let text = `protocol` {
            guard let callProtocol = SidecarAppProtocol(rawValue: text) else {
                throw Self.invalid("app-protocol", text, expected: "direct, http or jsonrpc")
            }
            app.callProtocol = callProtocol
        }
        if let listen { app.listenAddress = try Self.address(listen, "app-listen") }
        app.advertise = try advertise.map { try Self.address($0, "server-advertise") }
        app.registration = registration
        app.subscriptions = subscriptions ?? []
        app.subscriptionsPath = subscriptionsPath
        try apply(healthcheck ?? HealthCheck(), to: &app.healthCheck)
        return app
    }

    private func apply(_ document: HealthCheck, to check: inout AppHealthCheck) throws {
        switch document.url {
        case nil, "tcp": check.target = .tcp
        case "grpc": check.target = .grpc(service: "")
        case let url? where url.hasPrefix("grpc:"): check.target = .grpc(service: String(url.dropFirst(5)))
        case "none": check.target = .none
        case let url? where url.hasPrefix("http://") || url.hasPrefix("https://"): check.target = .http(url)
        case let url?:
            throw Self.invalid(
                "healthcheck-url", url, expected: "an http:// or https:// URL, tcp, grpc, grpc:SERVICE or none")
        }
        check.interval = try Self.duration(document.interval, "healthcheck-interval") ?? check.interval
        check.timeout = try Self.duration(document.timeout, "healthcheck-timeout") ?? check.timeout
        check.failureThreshold = document.failures ?? check.failureThreshold
        check.successThreshold = document.successes ?? check.successThreshold
    }

    private static func address(_ text: String, _ option: String) throws -> Address {
        do { return try Address(parsing: text) } catch { throw invalid(option, text, expected: "HOST:PORT") }
    }

    private static func duration(_ text: String?, _ option: String) throws -> Duration? {
        guard let text else { return nil }
        guard let duration = Duration(setting: text) else {
            throw invalid(option, text, expected: "a duration such as 5s, 500ms or 1m, or a number of seconds")
        }
        return duration
    }

    private static func invalid(_ option: String, _ text: String, expected: String) -> CommandError {
        CommandError("--\(option) \(text.prefix(80)) is not valid: expected \(expected)", status: .usage)
    }
}

/// The JSON files of `micro sidecar`.
enum SidecarFile {
    /// Reads a file.
    ///
    /// - Throws: ``CommandError`` that names the option and the file.
    static func read<Value: Decodable>(_ path: String, option: String) throws -> Value {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("\(option): cannot read the file \(path)", status: .usage)
        }
        do { return try JSONDecoder().decode(Value.self, from: data) } catch {
            throw CommandError("\(option): the file \(path) is not valid: \(error)", status: .usage)
        }
    }
}
