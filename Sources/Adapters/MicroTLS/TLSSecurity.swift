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
        var material: TLSMaterial
        var stamps: TLSFileStamps
        var nextLook: ContinuousClock.Instant
    }

    private let configuration: TLSConfiguration
    private let logger: Logger
    private let content: Mutex<Content>

    /// - Throws: ``MicroError`` with `invalidArgument`.
    init(configuration: TLSConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        // First the stamps: what changes while it is read is read again.
        let stamps = TLSFileStamps(of: configuration)
        content = Mutex(
            Content(
                material: try TLSMaterial(reading: configuration), stamps: stamps,
                nextLook: .now + configuration.refreshInterval))
    }

    func secure(_ channel: any Channel, to host: String) -> EventLoopFuture<Void> {
        let done = channel.eventLoop.makePromise(of: Void.self)
        do {
            // What is an address has no name to ask for: the certificate is checked against the address then.
            let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
            let handler = try NIOSSLClientHandler(context: material().client, serverHostname: isAddress ? nil : host)
            try channel.pipeline.syncOperations.addHandlers([handler, TLSHandshake(done)], position: .first)
        } catch {
            done.fail(error)
        }
        return done.futureResult
    }

    func serverHandler() throws -> any ChannelHandler {
        guard let server = material().server else {
            throw MicroError(
                .invalidArgument,
                "a service needs a certificate: set certificateFile and keyFile of its TLSConfiguration",
                origin: MicroError.Origin.transport)
        }
        return NIOSSLServerHandler(context: server)
    }

    /// What is to be used for a new connection: read anew if the files have changed and were not looked at for a while.
    private func material() -> TLSMaterial {
        let now = ContinuousClock.now
        let (present, isDue) = content.withLock { content in
            let isDue = now >= content.nextLook
            // Others go on with what is there meanwhile.
            if isDue { content.nextLook = now + configuration.refreshInterval }
            return (content, isDue)
        }
        guard isDue else { return present.material }
        let stamps = TLSFileStamps(of: configuration)
        guard stamps != present.stamps else { return present.material }
        do {
            let material = try TLSMaterial(reading: configuration)
            content.withLock { ($0.material, $0.stamps) = (material, stamps) }
            logger.info("read the changed files for TLS")
            return material
        } catch {
            logger.error("the changed files for TLS are not used", metadata: ["problem": "\(error)"])
            return present.material
        }
    }
}

/// Tells when the handshake of a client is over.
private final class TLSHandshake: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let done: EventLoopPromise<Void>

    init(_ done: EventLoopPromise<Void>) { self.done = done }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { done.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        done.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}
