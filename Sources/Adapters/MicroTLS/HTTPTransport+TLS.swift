// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore
public import MicroHTTP

extension HTTPTransport {
    /// Creates a transport that uses TLS for all calls, in both directions. All services that call each other must use
    /// such a transport.
    ///
    /// ```swift
    /// var tls = HTTPTLSConfiguration(
    ///     certificateFile: "/run/tls/service.pem", keyFile: "/run/tls/service.key",
    ///     certificateAuthorityFile: "/run/tls/authority.pem")
    /// tls.requiresClientCertificate = true
    /// let service = try Microservice("greeter", transport: HTTPTransport(tls: tls))
    /// ```
    ///
    /// - Parameters:
    ///   - tls: The certificate, the key and the trusted authorities.
    ///   - configuration: The limits. The time limit of connecting includes the TLS handshake.
    ///   - logger: The logger of the transport; it also logs changed files, and files that cannot be used.
    /// - Throws: `MicroError` with `invalidArgument` that names the missing or unusable file.
    public convenience init(
        tls: HTTPTLSConfiguration, configuration: HTTPConfiguration = HTTPConfiguration(),
        logger: Logger = .component("tls")
    ) throws {
        self.init(
            configuration: configuration, security: try TLSSecurity(configuration: tls, logger: logger), logger: logger)
    }
}
