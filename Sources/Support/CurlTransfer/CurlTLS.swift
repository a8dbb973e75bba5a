// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// TLS settings of a client: certificate authorities and client certificate. The server's certificate and host name are
/// always verified; the minimum version is TLS 1.2.
package struct CurlTLS: Sendable, Equatable {
    /// The path of a PEM file with the trusted certificate authorities, which replace the system's; nil for the
    /// system's.
    package var certificateAuthorityFile: String?

    /// The path of a PEM file with the client certificate and its chain, for servers that request one.
    package var clientCertificateFile: String?

    /// The path of a PEM file with the client certificate's unencrypted key; nil if `clientCertificateFile` contains
    /// it.
    package var clientKeyFile: String?

    /// The trusted certificate authorities in PEM format, in place of `certificateAuthorityFile`; nil for none.
    package var certificateAuthorities: String?

    /// The client certificate and its chain in PEM format, in place of `clientCertificateFile`; nil for none.
    package var clientCertificate: String?

    /// The unencrypted key of `clientCertificate` in PEM format.
    package var clientKey: Secret?

    /// Creates settings; the defaults are the system's authorities and no client certificate.
    package init(
        certificateAuthorityFile: String? = nil,
        clientCertificateFile: String? = nil,
        clientKeyFile: String? = nil
    ) {
        self.certificateAuthorityFile = certificateAuthorityFile
        self.clientCertificateFile = clientCertificateFile
        self.clientKeyFile = clientKeyFile
    }
}
