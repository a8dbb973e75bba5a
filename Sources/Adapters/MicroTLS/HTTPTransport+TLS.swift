// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroHTTP

extension HTTPTransport {
    /// Creates a transport that calls and is called over TLS, and never in plain text. All services that call each other
    /// have to use one.
    ///
    /// ```swift
    /// var tls = TLSConfiguration(
    ///     certificateFile: "/run/tls/service.pem", keyFile: "/run/tls/service.key", authorityFile: "/run/tls/authority.pem")
    /// tls.requiresClientCertificate = true
    /// let service = try Microservice("greeter", transport: HTTPTransport(tls: tls))
    /// ```
    ///
    /// - Parameters:
    ///   - tls: Who this service is, and whom it trusts.
    ///   - configuration: The limits. The time limit of opening a connection is that of the TLS handshake as well.
    ///   - logger: Told about files that cannot be read again, and what else the transport logs.
    /// - Throws: `MicroError` with `invalidArgument` that names the file that is missing or cannot be used.
    public convenience init(
        tls: HTTPTLSConfiguration, configuration: HTTPConfiguration = HTTPConfiguration(), logger: Logger = .current
    ) throws {
        self.init(
            configuration: configuration, security: try TLSSecurity(configuration: tls, logger: logger), logger: logger)
    }
}
