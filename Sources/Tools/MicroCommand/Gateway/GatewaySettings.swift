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
    /// The authenticator of the previous read. It is reused while its configuration is unchanged, because its keys stay
    /// valid if the issuer cannot be reached.
    private var current: (configuration: JWTConfiguration, authenticator: JWTAuthenticator)?

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
        if let current, current.configuration == configuration {
            await current.authenticator.reloadKeys()
            return current.authenticator
        }
        let authenticator = try await JWTAuthenticator(configuration, logger: logger)
        current = (configuration, authenticator)
        return authenticator
    }
}
