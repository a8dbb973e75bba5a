// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The TLS configuration of an HTTP transport: certificate, key and trusted authorities. The minimum version is TLS
/// 1.2. All files are PEM (RFC 7468).
///
/// Changed files are reloaded, so that a certificate can be renewed without a restart. New connections use the new
/// files; open connections do not change. Write new files beside the old ones and rename them. If a file cannot be
/// read, or certificate and key do not match, an error is logged and the previous ones stay in use.
public struct HTTPTLSConfiguration: Sendable, Hashable {
    /// The path of the service's certificate, followed in the file by the intermediate certificates. Servers need a
    /// certificate; clients need one only for servers that request it. Peers verify that it contains the host that they
    /// call: a DNS name, or an IP address.
    public var certificateFile: String?

    /// The path of the certificate's private key.
    public var keyFile: String?

    /// The path of the trusted certificate authorities, which replace the system's; nil for the system's.
    public var certificateAuthorityFile: String?

    /// Whether callers must present a certificate issued by an authority of ``certificateAuthorityFile`` (mutual TLS).
    /// False by default.
    public var requiresClientCertificate = false

    /// The time between two checks for changed files; 10 s by default, at least 10 ms.
    public var refreshInterval: Duration = .seconds(10)

    /// Creates a configuration. The files are read when a transport is created.
    public init(certificateFile: String? = nil, keyFile: String? = nil, certificateAuthorityFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.certificateAuthorityFile = certificateAuthorityFile
    }
}
