// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroHTTP
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Adds TLS to the connections of an HTTP transport, and reloads changed files.
final class TLSSecurity: HTTPSecurity {
    private struct State {
        var contexts: TLSContexts
        var fingerprints: TLSFileFingerprints
        /// The fingerprints of changed files that could not be used; nil if there are none.
        var rejected: TLSFileFingerprints?
        /// Checks for changed files. Starts with the first connection or listener, and ends with this object.
        var reloadTask: Task<Void, Never>?
    }

    private static let minRefreshInterval = Duration.milliseconds(10)

    private let configuration: HTTPTLSConfiguration
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the files.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the file.
    init(configuration: HTTPTLSConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        // Take the fingerprints first, so that a file that changes during the read is read again.
        let fingerprints = TLSFileFingerprints(of: configuration)
        state = Mutex(State(contexts: try TLSContexts(reading: configuration), fingerprints: fingerprints))
    }

    deinit { state.withLock { $0.reloadTask?.cancel() } }

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

    func checkServer() throws { _ = try serverContext() }

    func serverHandler() throws -> any ChannelHandler { NIOSSLServerHandler(context: try serverContext()) }

    private func serverContext() throws -> NIOSSLContext {
        guard let server = contexts().server else {
            throw MicroError(
                .invalidArgument,
                "a TLS server needs a certificate: set certificateFile and keyFile of its HTTPTLSConfiguration, or "
                    + "MICRO_TRANSPORT_CERT and MICRO_TRANSPORT_KEY",
                origin: MicroError.Origin.transport)
        }
        return server
    }

    /// The contexts for a new connection. It reads no file, because it runs on an event loop.
    private func contexts() -> TLSContexts {
        state.withLock { state in
            if state.reloadTask == nil { state.reloadTask = makeReloadTask() }
            return state.contexts
        }
    }

    private func makeReloadTask() -> Task<Void, Never> {
        let interval = max(configuration.refreshInterval, Self.minRefreshInterval)
        return Task { [weak self] in
            while true {
                do {
                    // Does not retain this object while it sleeps.
                    try await Task.sleep(for: interval)
                    // Reading files blocks.
                    try await NIOThreadPool.singleton.runIfActive { [weak self] in self?.reloadChangedFiles() }
                } catch { return }
            }
        }
    }

    private func reloadChangedFiles() {
        let fingerprints = TLSFileFingerprints(of: configuration)
        guard state.withLock({ $0.fingerprints != fingerprints }) else { return }
        do {
            let contexts = try TLSContexts(reading: configuration)
            state.withLock { ($0.contexts, $0.fingerprints, $0.rejected) = (contexts, fingerprints, nil) }
            logger.info("reloaded changed TLS files")
        } catch {
            // Read the files again after the next interval, because a missing permission may be the cause, and granting
            // it does not change the files.
            let isNew = state.withLock { state in
                defer { state.rejected = fingerprints }
                return state.rejected != fingerprints
            }
            guard isNew else { return }
            logger.error(
                "changed TLS files were rejected; the previous ones stay in use", metadata: ["cause": "\(error)"])
        }
    }
}
