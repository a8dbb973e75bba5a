// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The certificate files of a client that connects to a server over TLS. All files are PEM (RFC 7468).
///
/// The server's certificate and host name are always verified.
public struct ClientTLSConfiguration: Sendable, Hashable {
    /// Path of the file with the certificate authorities to trust; nil for those of the system.
    public var certificateAuthorityFile: String?

    /// Path of the file with the client certificate and its chain, for servers that require one; nil for none.
    public var certificateFile: String?

    /// Path of the file with the key of the client certificate; nil if it is in ``certificateFile``.
    public var keyFile: String?

    /// Creates a configuration. The files are read with the first connection.
    public init(certificateAuthorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
        self.certificateAuthorityFile = certificateAuthorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
