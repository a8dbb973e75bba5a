// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore
import Synchronization

extension NATSSession {
    /// Connects to a server and logs in.
    ///
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    static func open(
        _ address: NATSAddress, kind: BackendKind, configuration: NATSConfiguration, login: NATSLogin,
        delegate: any NATSSessionDelegate
    ) async throws -> NATSSession {
        let session = NATSSession(address, kind: kind, delegate: delegate)
        let deadline = ContinuousClock.now + configuration.connectTimeout
        do {
            try await session.connect(configuration, login, deadline)
            return session
        } catch {
            // Prefer an error that the server reported. Read it before `close()`, which sets another error.
            let reason = session.state.withLock(\.connectionError)
            await session.close()
            guard let error = error as? CurlError else { throw error }
            throw reason ?? MicroError(error, at: session.server, timeout: configuration.connectTimeout)
        }
    }

    private func connect(
        _ configuration: NATSConfiguration, _ login: NATSLogin, _ deadline: ContinuousClock.Instant
    ) async throws {
        let target = address.target(tlsFirst: configuration.usesTLSFirst)
        state.withLock { $0.isAwaitingTLS = address.scheme == .tls && !target.usesTLS }
        let socket = try await CurlSocket.connect(
            to: target, tls: configuration.tls, timeout: deadline - .now, reader: self)
        state.withLock { $0.socket = socket }
        let info = try await greeting.value(until: deadline, orThrow: self.timeoutError("sent no INFO"))
        let wantsTLS = address.scheme == .tls || (info.tlsRequired == true && address.scheme == .nats)
        if wantsTLS, !target.usesTLS { try await startTLS(on: socket, info, by: deadline) }
        socket.write { $0.appendConnect(ConnectOptions(login, usesTLS: wantsTLS || target.usesTLS)) }
        try await ping(by: deadline)
    }

    private func startTLS(on socket: CurlSocket, _ info: ServerInfo, by deadline: ContinuousClock.Instant) async throws
    {
        guard info.tlsRequired == true || info.tlsAvailable == true else {
            throw server.kind.error(
                .unavailable, "\(server) does not support TLS: check the address, or use nats:// for plain TCP")
        }
        try await socket.startTLS(timeout: deadline - .now)
        // Bytes received in plain text are not authentic.
        resetParser()
        state.withLock { $0.isAwaitingTLS = false }
    }
}
