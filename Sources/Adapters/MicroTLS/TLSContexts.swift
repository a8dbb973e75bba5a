// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOSSL

/// What was read from the files of a configuration.
struct TLSContexts: Sendable {
    let client: NIOSSLContext
    /// Nil without a certificate.
    let server: NIOSSLContext?

    /// - Throws: ``MicroError`` with `invalidArgument` that names the file.
    init(reading configuration: HTTPTLSConfiguration) throws {
        let identity = try Self.identity(of: configuration)
        let trust = try configuration.certificateAuthorityFile.map { file in
            NIOSSLTrustRoots.certificates(try Self.read(file) { try NIOSSLCertificate.fromPEMFile($0) })
        }
        if configuration.requiresClientCertificate, trust == nil {
            throw Self.invalid("client certificates are required, but of which authority? Set authorityFile")
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
                // Callers come from anywhere: that an authority of ours knows them is what counts.
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
            guard !chain.isEmpty else { throw invalid("\(certificate) holds no certificate") }
            let privateKey = try read(key) { try NIOSSLPrivateKey(file: $0, format: .pem) }
            return (chain.map { .certificate($0) }, .privateKey(privateKey))
        default: throw invalid("certificateFile and keyFile belong together: set both, or none")
        }
    }

    /// - Parameter parse: What reads the file. Its error is not passed on: it may quote what is in it.
    private static func read<Value>(_ file: String, _ parse: (String) throws -> Value) throws -> Value {
        guard FileManager.default.isReadableFile(atPath: file) else {
            throw invalid("\(file) is not there, or this user may not read it")
        }
        do { return try parse(file) } catch { throw invalid("\(file) is not PEM of the kind that belongs there") }
    }

    private static func context(
        _ settings: NIOSSL.TLSConfiguration, _ configuration: HTTPTLSConfiguration
    ) throws -> NIOSSLContext {
        do { return try NIOSSLContext(configuration: settings) } catch {
            throw invalid(
                "\(configuration.certificateFile ?? "the certificate") and \(configuration.keyFile ?? "the key") do not fit "
                    + "together")
        }
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, "TLS: \(problem)", origin: MicroError.Origin.transport)
    }
}

/// When the files of a configuration were changed last.
struct TLSFileFingerprints: Equatable {
    private let dates: [Date?]
    private let sizes: [UInt64?]

    init(of configuration: HTTPTLSConfiguration) {
        let files = [configuration.certificateFile, configuration.keyFile, configuration.certificateAuthorityFile]
            .compactMap(
                \.self)
        // The file itself, where its name is a symbolic link to it: that is how orchestrators mount secrets.
        let attributes = files.map { file in
            let file = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
            return try? FileManager.default.attributesOfItem(atPath: file)
        }
        dates = attributes.map { $0?[.modificationDate] as? Date }
        sizes = attributes.map { ($0?[.size] as? NSNumber)?.uint64Value }
    }
}
