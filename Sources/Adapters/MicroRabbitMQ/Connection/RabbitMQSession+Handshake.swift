// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore
import Synchronization

extension RabbitMQSession {
    /// The protocol header (AMQP 0-9-1, section 4.2.2).
    private static let protocolHeader: [UInt8] = [0x41, 0x4D, 0x51, 0x50, 0, 0, 9, 1]
    /// The limits that a client proposes; a server usually has lower ones.
    private static let proposedTune = AMQPMethod.Tune(maxChannel: 2047, maxFrameSize: 128 * 1024, heartbeat: 0)

    /// Connects to a server and logs in.
    ///
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    static func open(
        _ address: RabbitMQAddress, kind: BackendKind, configuration: RabbitMQConfiguration
    ) async throws -> RabbitMQSession {
        let session = RabbitMQSession(address, kind: kind)
        do {
            try await session.connect(configuration, by: .now + configuration.connectTimeout)
            return session
        } catch {
            // Prefer an error that the server reported. Read it before `abort()`, which sets another error.
            let reason = session.state.withLock(\.error)
            await session.abort()
            guard let error = error as? CurlError else { throw error }
            throw reason ?? MicroError(error, at: session.server, timeout: configuration.connectTimeout)
        }
    }

    private func connect(_ configuration: RabbitMQConfiguration, by deadline: ContinuousClock.Instant) async throws {
        let socket = try await CurlSocket.connect(
            to: address.target, tls: configuration.tls, timeout: deadline - .now, reader: self)
        state.withLock { $0.socket = socket }
        socket.write { $0.append(Self.protocolHeader) }
        let start: AMQPMethod.Start
        do {
            start = try await self.start.value(until: deadline, orThrow: self.timeoutError("sent no greeting"))
        } catch let error as MicroError where error.code == .unavailable && address.usesTLS {
            // With TLS 1.3, a server that requires a client certificate closes the connection after the handshake.
            throw server.kind.error(
                error.code, "\(error.message) Does it require a client certificate (\(server.kind.certificateSetting))?"
            )
        }
        guard start.version == (0, 9) else { throw AMQPReader.violation("it uses another version of AMQP") }
        let (mechanism, response) = try login(configuration, mechanisms: start.mechanisms)
        send(.startOk(clientProperties: Self.clientProperties, mechanism: mechanism, response: response))
        let proposal = try await tuneProposal.value(until: deadline, orThrow: self.timeoutError("did not log in"))
        let tune = Self.negotiate(
            proposal, heartbeat: UInt16(clamping: configuration.heartbeatInterval.components.seconds))
        limitFrames(to: Int(tune.maxFrameSize))
        state.withLock { $0.tune = tune }
        send(.tuneOk(tune), .open(virtualHost: address.virtualHost ?? configuration.virtualHost))
        try await opened.value(until: deadline, orThrow: self.timeoutError("did not open the connection"))
    }

    /// Chooses the login mechanism among those that the server offers.
    private func login(
        _ configuration: RabbitMQConfiguration, mechanisms: String
    ) throws -> (mechanism: String, response: [UInt8]) {
        let offered = mechanisms.split(separator: " ")
        let configured = address.login ?? configuration.login
        if configured == nil, configuration.clientCertificateFile != nil, offered.contains("EXTERNAL") {
            return ("EXTERNAL", [])
        }
        guard offered.contains("PLAIN") else {
            throw server.kind.error(
                .unauthenticated, "\(server) offers no login that this client supports: \(mechanisms.prefix(100))")
        }
        let user = configured?.user ?? "guest"
        let password = configured?.password.reveal() ?? "guest"
        return ("PLAIN", [0] + Array(user.utf8) + [0] + Array(password.utf8))
    }

    private static let clientProperties: AMQPTable = [
        "product": .string("swift-micro"), "version": .string(SwiftMicro.version), "platform": .string("Swift"),
        "capabilities": .table([
            "publisher_confirms": .bool(true), "basic.nack": .bool(true), "consumer_cancel_notify": .bool(true),
            "connection.blocked": .bool(true), "authentication_failure_close": .bool(true),
            "exchange_exchange_bindings": .bool(true),
        ]),
    ]

    /// The limits of both sides, of which 0 means none.
    private static func negotiate(_ proposal: AMQPMethod.Tune, heartbeat: UInt16) -> AMQPMethod.Tune {
        func lower<Value: FixedWidthInteger>(_ ours: Value, _ theirs: Value) -> Value {
            theirs == 0 ? ours : min(ours, theirs)
        }
        return AMQPMethod.Tune(
            maxChannel: lower(proposedTune.maxChannel, proposal.maxChannel),
            maxFrameSize: max(UInt32(AMQPFrame.minMaxSize), lower(proposedTune.maxFrameSize, proposal.maxFrameSize)),
            heartbeat: lower(heartbeat, proposal.heartbeat))
    }
}

extension RabbitMQConfiguration {
    /// The credentials of the configuration; nil if there are none.
    fileprivate var login: RabbitMQLogin? {
        guard let user, let password else { return nil }
        return RabbitMQLogin(user: user, password: password)
    }
}
