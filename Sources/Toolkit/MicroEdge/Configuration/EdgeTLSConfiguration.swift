// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOSSL

/// The certificate files of an ``EdgeServer``, in PEM.
public struct EdgeTLSConfiguration: Sendable {
    /// The file with the certificate chain of the server.
    public var certificateFile: String
    /// The file with the private key.
    public var keyFile: String
    /// The file with the certificate authorities of clients. If set, every client must present a certificate issued by
    /// one of them (mutual TLS). Nil, the default, requests no client certificate.
    public var clientAuthorityFile: String?

    /// Creates a configuration.
    public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientAuthorityFile = clientAuthorityFile
    }

    /// Reads and checks the files. Servers with the result accept TLS 1.2 or later.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` and the name of the file.
    func load() throws -> TLSConfiguration {
        let chain = try Self.read(certificateFile) { try NIOSSLCertificate.fromPEMFile(certificateFile) }
        let key = try Self.read(keyFile) { try NIOSSLPrivateKey(file: keyFile, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        if let clientAuthorityFile {
            let authorities = try Self.read(clientAuthorityFile) {
                try NIOSSLCertificate.fromPEMFile(clientAuthorityFile)
            }
            configuration.trustRoots = .certificates(authorities)
            configuration.certificateVerification = .noHostnameVerification
        }
        do { _ = try NIOSSLContext(configuration: configuration) } catch {
            throw MicroError(
                .invalidArgument,
                "the TLS files \(certificateFile) and \(keyFile) cannot be used together: pass the key of the first "
                    + "certificate",
                origin: MicroError.Origin.edge, cause: error)
        }
        return configuration
    }

    private static func read<Value>(_ file: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw MicroError(
                .invalidArgument, "cannot use the TLS file \(file): \(error); pass a readable PEM file", cause: error)
        }
    }
}
