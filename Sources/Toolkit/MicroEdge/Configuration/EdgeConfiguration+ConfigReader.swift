// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import MicroCore

extension EdgeConfiguration {
    /// Applies the settings of a reader to the configuration.
    ///
    /// Configuration keys after the prefix, such as `micro.api.address` (`MICRO_API_ADDRESS`): `.address`, `.cors` (origins,
    /// separated by commas), `.allow.anonymous` (`true` or `false`), `.keys` (API keys, `name=key,…`), `.trusted.proxies`
    /// (networks, separated by commas), `.hosts` (the allowed hosts, separated by commas), `.access.log` (`json`, `combined`, `none`), `.rate.limit` (requests per second and
    /// client, with an optional burst: `50`, `50:100`), `.request.timeout`, `.max.body.size`, `.max.requests`, `.allowed.clients` (networks, separated by commas) and
    /// `.compression` (`gzip`, `none`).
    ///
    /// Without the prefix, as in go-micro: `micro.enable.tls` (`MICRO_ENABLE_TLS`), `micro.tls.cert.file`, `micro.tls.key.file`
    /// and `micro.tls.client.ca.file`. The files alone enable TLS as well.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`; the message names the setting.
    public mutating func apply(_ reader: ConfigReader, prefix: String) throws {
        address = reader.nonEmptyString(ConfigKey("\(prefix).address")) ?? address
        allowsAnonymousAccess = try reader.flag(forKey: "\(prefix).allow.anonymous") ?? allowsAnonymousAccess
        if let origins = reader.list("\(prefix).cors") { cors = CORSPolicy(origins: origins) }
        if let hosts = reader.list("\(prefix).hosts") { allowedHosts = hosts }
        if let networks = reader.list("\(prefix).trusted.proxies") { trustedProxies = networks }
        if let networks = reader.list("\(prefix).allowed.clients") { allowedClients = networks }
        if let coding = reader.nonEmptyString(ConfigKey("\(prefix).compression")) {
            guard ["gzip", "none"].contains(coding) else {
                throw ConfigReader.malformed("\(prefix).compression", coding, expected: "gzip or none")
            }
            compression = coding == "gzip" ? CompressionPolicy() : nil
        }
        if let format = reader.nonEmptyString(ConfigKey("\(prefix).access.log")) {
            guard format == "none" || AccessLogFormat(rawValue: format) != nil else {
                throw ConfigReader.malformed("\(prefix).access.log", format, expected: "json, combined or none")
            }
            accessLogFormat = AccessLogFormat(rawValue: format)
        }
        let keys = try reader.keys("\(prefix).keys")
        if !keys.isEmpty { authenticators.append(APIKeyAuthenticator(keys: keys)) }
        if let limit = reader.nonEmptyString(ConfigKey("\(prefix).rate.limit")) {
            guard let parsed = RateLimit(setting: limit) else {
                throw ConfigReader.malformed("\(prefix).rate.limit", limit, expected: "50, or 50:100 with a burst")
            }
            rateLimit = parsed
        }
        limits.requestTimeout = try reader.duration(
            forKey: "\(prefix).request.timeout", default: limits.requestTimeout)
        limits.maxBodySize = try reader.count(forKey: "\(prefix).max.body.size", default: limits.maxBodySize)
        limits.maxConcurrentRequests =
            try reader.count(forKey: "\(prefix).max.requests", minimum: 1) ?? limits.maxConcurrentRequests
        try applyTLS(reader)
    }

    private mutating func applyTLS(_ reader: ConfigReader) throws {
        let certificate = reader.nonEmptyString("micro.tls.cert.file") ?? tls?.certificateFile
        let key = reader.nonEmptyString("micro.tls.key.file") ?? tls?.keyFile
        let authority = reader.nonEmptyString("micro.tls.client.ca.file") ?? tls?.clientAuthorityFile
        switch (try reader.flag(forKey: "micro.enable.tls"), certificate, key) {
        case (false, _, _): tls = nil
        case (_, let certificate?, let key?):
            tls = EdgeTLSConfiguration(certificateFile: certificate, keyFile: key, clientAuthorityFile: authority)
        case (nil, nil, nil) where authority == nil: break
        default:
            throw MicroError(
                .invalidArgument,
                "TLS needs a certificate and a key: set MICRO_TLS_CERT_FILE and MICRO_TLS_KEY_FILE to PEM files",
                origin: MicroError.Origin.edge)
        }
    }
}

extension RateLimit {
    /// Parses `50`, or `50:100` with a burst. Without one, the burst is the rate, and at least 1.
    package init?(setting: String) {
        let parts = setting.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let rate = Double(parts[0]), rate > 0, rate <= 1_000_000 else { return nil }
        guard parts.count == 2 else {
            self.init(requestsPerSecond: rate, burst: Int(rate.rounded(.up)))
            return
        }
        guard let burst = Int(parts[1]), burst >= 1 else { return nil }
        self.init(requestsPerSecond: rate, burst: burst)
    }
}

extension ConfigReader {
    /// Reads a Boolean setting: `true`, `1` or `yes`, or else `false`, `0` or `no`; nil if it is not set.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` that names the environment variable.
    package func flag(forKey key: String) throws -> Bool? {
        guard let text = nonEmptyString(ConfigKey(key)) else { return nil }
        switch text.lowercased() {
        case "true", "1", "yes": return true
        case "false", "0", "no": return false
        default: throw Self.malformed(key, text, expected: "true or false")
        }
    }

    /// The parts of a text that is separated by commas, without blanks around them; nil if it is not set.
    fileprivate func list(_ key: String) -> [String]? {
        nonEmptyString(ConfigKey(key)).map(Self.parts)
    }

    /// The parts of a text between commas, without blanks around them.
    private static func parts(of text: String) -> [String] {
        text.split(separator: ",").map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Keys by the names of their holders. Their values do not appear in an error.
    fileprivate func keys(_ key: String) throws -> [String: Secret] {
        guard let text = nonEmptyString(ConfigKey(key), isSecret: true) else { return [:] }
        var keys: [String: Secret] = [:]
        for pair in Self.parts(of: text) {
            // A key may contain `=`, as padding of Base64.
            let words = pair.split(separator: "=", maxSplits: 1)
            guard words.count == 2, !pair.hasPrefix("=") else {
                throw Self.malformed(key, "***", expected: "names with keys, such as shop=KEY,app=KEY")
            }
            keys[String(words[0])] = Secret(String(words[1]))
        }
        return keys
    }
}
