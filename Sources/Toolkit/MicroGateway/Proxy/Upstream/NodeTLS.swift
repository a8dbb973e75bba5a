// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge
import NIOCore
import NIOSSL
import Synchronization

/// TLS to nodes, whose certificates are verified.
package final class NodeTLS: Sendable {
    private let authorityFile: String?
    private let cached = Mutex<NIOSSLContext?>(nil)

    /// - Parameter authorityFile: The certificate authorities in PEM format; nil for those that the system trusts.
    package init(authorityFile: String? = nil) { self.authorityFile = authorityFile }

    /// The settings for connections. The authorities are read from files, once.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if the file cannot be used.
    func context() async throws -> NIOSSLContext {
        if let context = cached.withLock(\.self) { return context }
        let context = try await withGlobalExecutor { try self.load() }
        cached.withLock { $0 = context }
        return context
    }

    /// Checks the file of the authorities.
    ///
    /// - Throws: As ``context()``.
    func check() throws { if authorityFile != nil { _ = try load() } }

    private func load() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        do {
            if let authorityFile {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorityFile))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw MicroError(
                .invalidArgument,
                "cannot use \(authorityFile ?? "the system's file") as certificate authorities of nodes "
                    + "(nodeAuthorityFile, MICRO_API_NODE_CA): \(error)",
                origin: MicroError.Origin.edge, cause: error)
        }
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// Adds TLS to the connection to a node.
    func addTLS(_ context: NIOSSLContext, host: String) throws {
        // An address is not sent as the name of the server (RFC 6066, section 3).
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        try addHandler(NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host))
    }
}
