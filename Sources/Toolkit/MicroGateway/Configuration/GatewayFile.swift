// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Foundation
import MicroCore
import MicroEdge

/// The part of a gateway's configuration that is in a JSON file, and can be read again while the gateway runs:
///
/// ```json
/// {
///     "api_keys": {"shop": "KEY"},
///     "cors": ["https://example.com"],
///     "reserved_paths": {"/billing": "go.micro.api.billing"},
///     "rules": [
///         {"path": "/reports/{rest=**}", "methods": ["GET"], "timeout": "2s", "rate_limit": "5:10", "max_requests": 20,
///          "max_body_size": 1024}
///     ],
///     "versions": {"go.micro.api.greeter": {"weights": {"1": 90, "2": 10}, "sticky_header": "X-User"}}
/// }
/// ```
struct GatewayFile {
    private let path: String
    private let content: [String: Any]

    /// Reads a file.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the file and the member.
    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw MicroError(.invalidArgument, "cannot read the configuration file \(path); pass a readable file")
        }
        do {
            guard let content = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
                throw MicroError(.invalidArgument, "\(path) is not a JSON object")
            }
            (self.path, self.content) = (path, content)
        } catch let error as MicroError {
            throw error
        } catch {
            let reason = (error as NSError).userInfo["NSDebugDescription"] ?? "syntax error"
            throw MicroError(.invalidArgument, "\(path) is not JSON: \(reason)", cause: error)
        }
    }

    /// Changes a configuration by the members of the file.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - others: Further members, which something else reads.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the file and the member.
    func apply(to configuration: inout GatewayConfiguration, allowing others: Set<String> = []) throws {
        let members = Members(content, name: "", file: path)
        try members.allow(["api_keys", "cors", "reserved_paths", "rules", "versions"] + others.sorted())
        if let keys = try members.texts("api_keys"), !keys.isEmpty {
            configuration.edge.authenticators.append(APIKeyAuthenticator(keys: keys.mapValues { Secret($0) }))
        }
        if let origins: [String] = try members.value("cors", "a list of origins") {
            configuration.edge.cors = CORSPolicy(origins: origins)
        }
        if let paths = try members.texts("reserved_paths") { configuration.reservedPaths = paths }
        if let rules = try members.objects("rules") { configuration.rules = try rules.map(Self.rule) }
        for (service, split) in try members.namedObjects("versions") {
            configuration.versions[service] = try Self.split(split)
        }
    }

    private static func rule(_ members: Members) throws -> RouteRule {
        try members.allow("path", "methods", "timeout", "rate_limit", "max_requests", "max_body_size")
        guard let path: String = try members.value("path", "a pattern") else {
            throw members.malformed("path", "is missing; set it to a pattern such as /reports/{name}")
        }
        var rule = RouteRule(path: path)
        rule.methods = Set(try members.value("methods", "a list of methods") ?? [])
        rule.maxConcurrentRequests = try members.count("max_requests")
        rule.maxBodySize = try members.count("max_body_size")
        if let text: String = try members.value("timeout", "a duration such as 2s") {
            guard let timeout = Duration(setting: text) else {
                throw members.malformed("timeout", "is not a duration such as 500ms or 2s")
            }
            rule.timeout = timeout
        }
        if let text: String = try members.value("rate_limit", "a rate such as 5:10") {
            guard let limit = RateLimit(setting: text) else {
                throw members.malformed("rate_limit", "is not a rate such as 5, or 5:10 with a burst")
            }
            rule.rateLimit = limit
        }
        do { _ = try RouteRules([rule]) } catch let error as MicroError {
            throw members.malformed("path", "is not valid: \(error.message)")
        }
        return rule
    }

    private static func split(_ members: Members) throws -> VersionSplit {
        try members.allow("weights", "sticky_header")
        guard let weights: [String: Int] = try members.value("weights", "numbers by version"),
            weights.values.allSatisfy({ (0...1_000_000).contains($0) }), weights.values.contains(where: { $0 > 0 })
        else { throw members.malformed("weights", "needs numbers from 0 to 1000000 by version, one of them above 0") }
        return VersionSplit(weights: weights, stickyHeader: try members.value("sticky_header", "the name of a field"))
    }
}

/// The members of an object in a file, by which errors name their place, such as `rules[0].timeout`.
private struct Members {
    let values: [String: Any]
    let name: String
    let file: String

    init(_ values: [String: Any], name: String, file: String) {
        (self.values, self.name, self.file) = (values, name, file)
    }

    func allow(_ names: String...) throws { try allow(names) }

    func allow(_ names: [String]) throws {
        for key in values.keys.sorted() where !names.contains(key) {
            throw malformed(key, "is unknown; expected one of \(names.joined(separator: ", "))")
        }
    }

    /// The value of a member; nil if it is missing. A value of the file does not appear in the error: it may be a secret.
    func value<Value>(_ key: String, _ expected: String) throws -> Value? {
        guard let value = values[key] else { return nil }
        // A boolean of JSON is a number for Foundation.
        guard let typed = value as? Value, !(value is Bool && Value.self == Int.self) else {
            throw malformed(key, "is not \(expected)")
        }
        return typed
    }

    func texts(_ key: String) throws -> [String: String]? {
        let texts: [String: String]? = try value(key, "an object with texts")
        guard texts?.contains(where: { $0.key.isEmpty || $0.value.isEmpty }) != true else {
            throw malformed(key, "has an empty name or value")
        }
        return texts
    }

    func count(_ key: String) throws -> Int? {
        let count: Int? = try value(key, "a number")
        guard count ?? 1 >= 1 else { throw malformed(key, "is not a number of at least 1") }
        return count
    }

    func objects(_ key: String) throws -> [Members]? {
        let objects: [[String: Any]]? = try value(key, "a list of objects")
        return objects?.enumerated().map { Members($1, name: "\(path(key))[\($0)]", file: file) }
    }

    func namedObjects(_ key: String) throws -> [(String, Members)] {
        let objects: [String: [String: Any]] = try value(key, "an object with objects") ?? [:]
        return objects.sorted { $0.key < $1.key }.map { ($0, Members($1, name: "\(path(key)).\($0)", file: file)) }
    }

    func malformed(_ key: String, _ problem: String) -> MicroError {
        MicroError(.invalidArgument, "\(file): \(path(key)) \(problem)")
    }

    private func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
}
