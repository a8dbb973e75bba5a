// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Who a service is, and whom it trusts, when it is called and calls over TLS (1.2 or later). All files are PEM (RFC 7468).
///
/// Files are read again when they have changed: new connections use what is in them, those that are open stay as they are.
/// So a certificate can be renewed without a restart. Write the new files beside the old ones and rename them: what cannot
/// be read, or does not fit together, is logged and not used, and what was read before goes on being used.
public struct HTTPTLSConfiguration: Sendable, Hashable {
    /// The certificate of this service, and behind it those that lead to an authority. Servers need one, clients only where
    /// servers ask for it. Peers check that it names the address that they call: a DNS name, or an IP address.
    public var certificateFile: String?

    /// The private key of the certificate.
    public var keyFile: String?

    /// The certificates of the authorities that are trusted, and no others; nil for those that the system trusts.
    public var certificateAuthorityFile: String?

    /// Whether callers have to show a certificate of these authorities: mutual TLS. False by default.
    public var requiresClientCertificate = false

    /// How old what was read may become before the files are looked at again; 10 s by default.
    public var refreshInterval: Duration = .seconds(10)

    /// Creates a configuration. The files are read when a transport is made.
    public init(certificateFile: String? = nil, keyFile: String? = nil, certificateAuthorityFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.certificateAuthorityFile = certificateAuthorityFile
    }
}
