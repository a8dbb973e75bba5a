// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroHTTP
import NIOCore
import NIOSSL
import Synchronization

/// Adds TLS to the connections of an HTTP transport, and reads changed files again.
final class TLSSecurity: HTTPSecurity {
    private struct State {
        var contexts: TLSContexts
        var fingerprints: TLSFileFingerprints
        var nextFileCheck: ContinuousClock.Instant
    }

    private let configuration: HTTPTLSConfiguration
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the files.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` that names the file.
    init(configuration: HTTPTLSConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        // The fingerprints first: a file that changes during the read is read again.
        let fingerprints = TLSFileFingerprints(of: configuration)
        state = Mutex(
            State(
                contexts: try TLSContexts(reading: configuration), fingerprints: fingerprints,
                nextFileCheck: .now + configuration.refreshInterval))
    }

    func secure(_ channel: any Channel, to host: String) -> EventLoopFuture<Void> {
        let handshakePromise = channel.eventLoop.makePromise(of: Void.self)
        do {
            // An IP address is not sent as server name (RFC 6066, section 3); the certificate is verified against it.
            let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
            let handler = try NIOSSLClientHandler(context: contexts().client, serverHostname: isAddress ? nil : host)
            try channel.pipeline.syncOperations.addHandlers(
                [handler, TLSHandshakeHandler(handshakePromise)], position: .first)
        } catch {
            handshakePromise.fail(error)
        }
        return handshakePromise.futureResult
    }

    func serverHandler() throws -> any ChannelHandler {
        guard let server = contexts().server else {
            throw MicroError(
                .invalidArgument,
                "a TLS server needs a certificate: set certificateFile and keyFile of its HTTPTLSConfiguration",
                origin: MicroError.Origin.transport)
        }
        return NIOSSLServerHandler(context: server)
    }

    /// The contexts for a new connection. Changed files are read again, with at most one check per `refreshInterval`.
    private func contexts() -> TLSContexts {
        let now = ContinuousClock.now
        let (current, isDue) = state.withLock { state in
            let isDue = now >= state.nextFileCheck
            // Other connections use the current contexts meanwhile.
            if isDue { state.nextFileCheck = now + configuration.refreshInterval }
            return (state, isDue)
        }
        guard isDue else { return current.contexts }
        let fingerprints = TLSFileFingerprints(of: configuration)
        guard fingerprints != current.fingerprints else { return current.contexts }
        do {
            let contexts = try TLSContexts(reading: configuration)
            state.withLock { ($0.contexts, $0.fingerprints) = (contexts, fingerprints) }
            logger.info("reloaded changed TLS files")
            return contexts
        } catch {
            logger.error(
                "changed TLS files were rejected; the previous ones stay in use", metadata: ["cause": "\(error)"])
            return current.contexts
        }
    }
}
