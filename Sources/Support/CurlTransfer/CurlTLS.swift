// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Whom to trust over `https`, and who to be. The server's certificate and host name are always verified, from TLS 1.2
/// up.
package struct CurlTLS: Sendable, Equatable {
    /// Path of a PEM file of the authorities to trust, in place of the system's. `nil`: the system's.
    package var certificateAuthorityFile: String?

    /// Path of a PEM file with the client's certificate (and its chain), for servers that ask for one.
    package var clientCertificateFile: String?

    /// Path of a PEM file with the client certificate's key, unencrypted. `nil`: it is in `clientCertificateFile`.
    package var clientKeyFile: String?

    /// The system's authorities and no client certificate, unless given.
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
