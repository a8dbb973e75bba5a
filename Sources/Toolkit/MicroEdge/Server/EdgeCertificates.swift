// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOSSL
import Synchronization

/// The certificate and the key of a server, which can be read again while it runs.
final class EdgeCertificates: Sendable {
    /// The configuration with which the server starts. Each handshake takes the current certificate and key.
    let configuration: TLSConfiguration

    private let current: Current

    /// Reads and checks the files.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` and the name of the file.
    init(_ files: EdgeTLSConfiguration) throws {
        var configuration = try files.load()
        let current = Current(Self.override(configuration))
        configuration.sslContextCallback = { _, promise in promise.succeed(current.value.withLock(\.self)) }
        self.current = current
        self.configuration = configuration
    }

    /// Reads the certificate and the key again.
    ///
    /// - Throws: As ``init(_:)``; then the old ones stay in use.
    func reload(_ files: EdgeTLSConfiguration) throws {
        let override = Self.override(try files.load())
        current.value.withLock { $0 = override }
    }

    /// Shared with the handshakes.
    private final class Current: Sendable {
        let value: Mutex<NIOSSLContextConfigurationOverride>

        init(_ override: NIOSSLContextConfigurationOverride) { value = Mutex(override) }
    }

    private static func override(_ configuration: TLSConfiguration) -> NIOSSLContextConfigurationOverride {
        var override = NIOSSLContextConfigurationOverride()
        override.certificateChain = configuration.certificateChain
        override.privateKey = configuration.privateKey
        return override
    }
}
