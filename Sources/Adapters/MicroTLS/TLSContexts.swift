// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOSSL

/// The TLS contexts of client and server, made from the files of a configuration.
struct TLSContexts: Sendable {
    let client: NIOSSLContext
    /// Nil without a certificate.
    let server: NIOSSLContext?

    /// Reads the files.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the file.
    init(reading configuration: HTTPTLSConfiguration) throws {
        let identity = try Self.identity(of: configuration)
        let trust = try configuration.certificateAuthorityFile.map { file in
            NIOSSLTrustRoots.certificates(try Self.read(file) { try NIOSSLCertificate.fromPEMFile($0) })
        }
        if configuration.requiresClientCertificate, trust == nil {
            throw Self.invalid(
                "requiresClientCertificate needs certificateAuthorityFile (MICRO_TRANSPORT_CA): set it to the callers' "
                    + "authorities")
        }
        var client = NIOSSL.TLSConfiguration.makeClientConfiguration()
        client.minimumTLSVersion = .tlsv12
        client.applicationProtocols = ["http/1.1"]
        client.trustRoots = trust ?? .default
        if let identity {
            client.certificateChain = identity.chain
            client.privateKey = identity.key
        }
        self.client = try Self.context(client, configuration)
        server = try identity.map { identity in
            var server = NIOSSL.TLSConfiguration.makeServerConfiguration(
                certificateChain: identity.chain, privateKey: identity.key)
            server.minimumTLSVersion = .tlsv12
            server.applicationProtocols = ["http/1.1"]
            if configuration.requiresClientCertificate, let trust {
                server.trustRoots = trust
                // A caller's certificate does not contain its address, so a signature by a trusted authority suffices.
                server.certificateVerification = .noHostnameVerification
            }
            return try Self.context(server, configuration)
        }
    }

    private static func identity(
        of configuration: HTTPTLSConfiguration
    ) throws -> (chain: [NIOSSLCertificateSource], key: NIOSSLPrivateKeySource)? {
        switch (configuration.certificateFile, configuration.keyFile) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            let chain = try read(certificate) { try NIOSSLCertificate.fromPEMFile($0) }
            guard !chain.isEmpty else { throw invalid("\(certificate) does not contain a certificate") }
            let privateKey = try read(key) { try NIOSSLPrivateKey(file: $0, format: .pem) }
            return (chain.map { .certificate($0) }, .privateKey(privateKey))
        default:
            throw invalid(
                "certificateFile (MICRO_TRANSPORT_CERT) and keyFile (MICRO_TRANSPORT_KEY) belong together: set both or "
                    + "neither")
        }
    }

    /// Reads a file. The error of `parse` is dropped, because it may quote the file's contents.
    private static func read<Value>(_ file: String, _ parse: (String) throws -> Value) throws -> Value {
        guard FileManager.default.isReadableFile(atPath: file) else {
            throw invalid("\(file) does not exist or is not readable")
        }
        do { return try parse(file) } catch { throw invalid("\(file) is not a valid PEM file") }
    }

    private static func context(
        _ settings: NIOSSL.TLSConfiguration, _ configuration: HTTPTLSConfiguration
    ) throws -> NIOSSLContext {
        do { return try NIOSSLContext(configuration: settings) } catch {
            throw invalid(
                "\(configuration.certificateFile ?? "the certificate") and \(configuration.keyFile ?? "the key") "
                    + "do not match"
            )
        }
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, "TLS: \(problem)", origin: MicroError.Origin.transport)
    }
}
