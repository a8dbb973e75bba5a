// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Logging
import MicroCore
import MicroGateway
import MicroJWT

/// The configuration of the gateway from settings and files, which are read again with each ``configuration()``.
actor GatewaySettings {
    private let reader: ConfigReader
    private let logger: Logger
    /// Keeps the keys of its issuer between two reads.
    private var tokens: (configuration: JWTConfiguration, authenticator: JWTAuthenticator)?

    init(_ reader: ConfigReader, logger: Logger) {
        self.reader = reader
        self.logger = logger
    }

    /// Reads the configuration.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting.
    func configuration() async throws -> GatewayConfiguration {
        let authenticator = try await authenticator()
        return try GatewayConfiguration(configReader: reader, tokens: authenticator)
    }

    private func authenticator() async throws -> JWTAuthenticator? {
        guard let configuration = try JWTConfiguration(configReader: reader, prefix: "micro.api") else { return nil }
        if let tokens, tokens.configuration == configuration {
            await tokens.authenticator.reloadKeys()
            return tokens.authenticator
        }
        let authenticator = try await JWTAuthenticator(configuration, logger: logger)
        tokens = (configuration, authenticator)
        return authenticator
    }
}
