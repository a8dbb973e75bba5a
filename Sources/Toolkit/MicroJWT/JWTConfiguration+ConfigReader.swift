// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import Foundation
import MicroCore

extension JWTConfiguration {
    /// The settings by their names in a file, with the keys of a reader after the prefix.
    private static let settings = [
        ("jwks", "jwks"), ("issuer", "jwt.issuer"), ("audience", "jwt.audience"), ("algorithms", "jwt.algorithms"),
        ("clock_skew", "jwt.clock.skew"), ("claims", "jwt.claims"), ("refresh_interval", "jwt.refresh.interval"),
    ]

    /// Creates a configuration from the settings of a reader; nil if none is set.
    ///
    /// Configuration keys after the prefix, such as `micro.api.jwt.issuer` (`MICRO_API_JWT_ISSUER`): `.jwks` (the file or the
    /// URL of a JSON Web Key Set), `.jwt.issuer`, `.jwt.audience`, `.jwt.algorithms` and `.jwt.claims` (names, separated by
    /// commas), `.jwt.clock.skew` (such as `30s`) and `.jwt.refresh.interval`. The first three are required together.
    ///
    /// `.config` is a JSON file, whose member `jwt` replaces settings: `{"jwt": {"jwks": "…", "issuer": "…", "audience": "…",
    /// "algorithms": ["RS256"], "clock_skew": "30s", "claims": ["email"], "refresh_interval": "5m"}}`.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`; the message names the setting.
    public init?(configReader reader: ConfigReader, prefix: String) throws {
        var values: [String: Setting] = [:]
        for (name, key) in Self.settings {
            guard let text = reader.nonEmptyString(ConfigKey("\(prefix).\(key)")) else { continue }
            values[name] = Setting(name: Self.variable("\(prefix).\(key)"), text: text)
        }
        if let file = reader.nonEmptyString(ConfigKey("\(prefix).config")) {
            values.merge(try Self.members(of: file)) { _, member in member }
        }
        guard !values.isEmpty else { return nil }
        guard let keys = values["jwks"], let issuer = values["issuer"], let audience = values["audience"] else {
            let names = Self.settings.prefix(3).map { Self.variable("\(prefix).\($0.1)") }
            throw MicroError(
                .invalidArgument, "set \(names.joined(separator: ", ")) together", origin: JWTAuthenticator.origin)
        }
        let isURL = keys.text.contains("://")
        self.init(keys: isURL ? .url(keys.text) : .file(keys.text), issuer: issuer.text, audience: audience.text)
        clockSkew = try values["clock_skew"]?.duration(allowsZero: true) ?? clockSkew
        refreshInterval = try values["refresh_interval"]?.duration() ?? refreshInterval
        claims = values["claims"]?.list ?? claims
        algorithms = try values["algorithms"].map { try $0.algorithms() } ?? algorithms
    }

    /// The member `jwt` of a file.
    private static func members(of path: String) throws -> [String: Setting] {
        guard let data = FileManager.default.contents(atPath: path),
            let content = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { throw invalid("\(path) is not a JSON file that can be read") }
        guard let member = content["jwt"] else { return [:] }
        guard let members = member as? [String: Any] else { throw invalid("\(path): jwt is not an object") }
        var values: [String: Setting] = [:]
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard settings.contains(where: { $0.0 == name }) else {
                throw invalid(
                    "\(path): jwt.\(name) is not known; known are \(settings.map(\.0).joined(separator: ", "))")
            }
            guard let text = value as? String ?? (value as? [String])?.joined(separator: ","), !text.isEmpty else {
                throw invalid("\(path): jwt.\(name) is not a text or a list of texts")
            }
            values[name] = Setting(name: "\(path): jwt.\(name)", text: text)
        }
        return values
    }

    private static func variable(_ key: String) -> String { key.uppercased().replacing(".", with: "_") }

    private static func invalid(_ message: String) -> MicroError {
        MicroError(.invalidArgument, message, origin: JWTAuthenticator.origin)
    }

    /// A setting with its place, which errors name.
    private struct Setting {
        let name: String
        let text: String

        /// The names in a text that is separated by commas.
        var list: [String] { text.split(separator: ",").map { $0.filter { $0 != " " } } }

        func duration(allowsZero: Bool = false) throws -> Duration {
            guard let duration = Duration(setting: text, allowsZero: allowsZero) else {
                throw invalid("\(name) is not a duration such as 30s")
            }
            return duration
        }

        func algorithms() throws -> Set<String> {
            let names = Set(list)
            guard !names.isEmpty, names.isSubset(of: supportedAlgorithms) else {
                throw invalid("\(name) may contain \(supportedAlgorithms.sorted().joined(separator: ", ")) only")
            }
            return names
        }
    }
}
