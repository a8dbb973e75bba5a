// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import MicroCore
public import MicroEdge

extension GatewayConfiguration {
    /// Changes the configuration by the settings of a reader.
    ///
    /// Configuration keys, each with its environment variable: `micro.api.namespace` (`MICRO_API_NAMESPACE`), `.handler`
    /// (`rpc`, `api`, `event`, `http`, or go-micro's `meta` and `proxy`), `.resolver` (`micro`, `path`, `host`, `grpc`),
    /// `.enable.rpc` (`true` or `false`), `.node.ca` (a file with the authorities of nodes with TLS), and those of
    /// ``/MicroEdge/EdgeConfiguration/apply(_:prefix:)`` with the prefix `micro.api`. `micro.api.config` (`MICRO_API_CONFIG`) is a JSON file with rules, shares of versions, API keys, origins and
    /// reserved paths, which is read as well. `micro.namespace` (`MICRO_NAMESPACE`) is another name of `micro.api.namespace`.
    ///
    /// - Parameters:
    ///   - reader: The settings.
    ///   - tokens: Authenticates by the tokens of the settings `micro.api.jwks` and `micro.api.jwt…`, and of the file's member
    ///     `jwt`: make it with `JWTConfiguration(configReader:prefix:)` of the module `MicroJWT`. Without it, these settings are
    ///     an error.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`; the message names the setting.
    public mutating func apply(_ reader: ConfigReader, tokens: (any Authenticator)? = nil) throws {
        if let tokens { edge.authenticators.append(tokens) }
        if tokens == nil, reader.nonEmptyString("micro.api.jwks") != nil {
            throw MicroError(
                .invalidArgument, "MICRO_API_JWKS is set, but there is no authenticator for tokens: use MicroJWT",
                origin: MicroError.Origin.edge)
        }
        try apply(reader, allowing: tokens == nil ? [] : ["jwt"])
    }

    /// Changes the configuration by the settings of a reader.
    ///
    /// - Parameter members: The members of the file that something else reads.
    package mutating func apply(_ reader: ConfigReader, allowing members: Set<String>) throws {
        try edge.apply(reader, prefix: "micro.api")
        namespace =
            reader.namespace(forKey: "micro.api.namespace") ?? reader.namespace(forKey: "micro.namespace") ?? namespace
        handler = try reader.choice(forKey: "micro.api.handler", GatewayHandler.init(name:)) ?? handler
        resolver = try reader.choice(forKey: "micro.api.resolver", GatewayResolver.init(rawValue:)) ?? resolver
        if let file = reader.nonEmptyString("micro.api.config") {
            try GatewayFile(path: file).apply(to: &self, allowing: members)
        }
        nodeAuthorityFile = reader.nonEmptyString("micro.api.node.ca") ?? nodeAuthorityFile
        allowsExplicitCalls = try reader.flag(forKey: "micro.api.enable.rpc") ?? allowsExplicitCalls
    }

    /// Creates the default configuration, changed by the settings of a reader: see ``apply(_:tokens:)``.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`; the message names the setting.
    public init(configReader: ConfigReader, tokens: (any Authenticator)? = nil) throws {
        self.init()
        try apply(configReader, tokens: tokens)
    }
}

extension ConfigReader {
    /// A value of an enumeration; nil if it is not set.
    fileprivate func choice<Value: CaseIterable & RawRepresentable<String>>(
        forKey key: String, _ parse: (String) -> Value?
    ) throws -> Value? {
        guard let text = nonEmptyString(ConfigKey(key)) else { return nil }
        guard let value = parse(text) else {
            throw Self.malformed(key, text, expected: Value.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return value
    }
}
