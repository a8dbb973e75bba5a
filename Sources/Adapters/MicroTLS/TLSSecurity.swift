// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroHTTP
import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// Puts TLS under the connections of an HTTP transport.
final class TLSSecurity: HTTPSecurity {
    private struct Content {
        var contexts: TLSContexts
        var fingerprints: TLSFileFingerprints
        var nextFileCheck: ContinuousClock.Instant
    }

    private let configuration: HTTPTLSConfiguration
    private let logger: Logger
    private let content: Mutex<Content>

    /// - Throws: ``MicroError`` with `invalidArgument`.
    init(configuration: HTTPTLSConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        // First the stamps: what changes while it is read is read again.
        let fingerprints = TLSFileFingerprints(of: configuration)
        content = Mutex(
            Content(
                contexts: try TLSContexts(reading: configuration), fingerprints: fingerprints,
                nextFileCheck: .now + configuration.refreshInterval))
    }

    func secure(_ channel: any Channel, to host: String) -> EventLoopFuture<Void> {
        let handshakePromise = channel.eventLoop.makePromise(of: Void.self)
        do {
            // What is an address has no name to ask for: the certificate is checked against the address then.
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
                "a service needs a certificate: set certificateFile and keyFile of its TLSConfiguration",
                origin: MicroError.Origin.transport)
        }
        return NIOSSLServerHandler(context: server)
    }

    /// What is to be used for a new connection: read anew if the files have changed and were not looked at for a while.
    private func contexts() -> TLSContexts {
        let now = ContinuousClock.now
        let (current, isDue) = content.withLock { content in
            let isDue = now >= content.nextFileCheck
            // Others go on with what is there meanwhile.
            if isDue { content.nextFileCheck = now + configuration.refreshInterval }
            return (content, isDue)
        }
        guard isDue else { return current.contexts }
        let fingerprints = TLSFileFingerprints(of: configuration)
        guard fingerprints != current.fingerprints else { return current.contexts }
        do {
            let contexts = try TLSContexts(reading: configuration)
            content.withLock { ($0.contexts, $0.fingerprints) = (contexts, fingerprints) }
            logger.info("read the changed files for TLS")
            return contexts
        } catch {
            logger.error("the changed files for TLS are not used", metadata: ["problem": "\(error)"])
            return current.contexts
        }
    }
}

/// Tells when the handshake of a client is over.
private final class TLSHandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let handshakePromise: EventLoopPromise<Void>

    init(_ handshakePromise: EventLoopPromise<Void>) { self.handshakePromise = handshakePromise }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { handshakePromise.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        handshakePromise.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        handshakePromise.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}
