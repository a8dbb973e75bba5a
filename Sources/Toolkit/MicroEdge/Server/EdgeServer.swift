// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
public import Logging
public import MicroCore
import NIOCore
public import ServiceLifecycle

/// The HTTP server of the gateway and the sidecar.
///
/// It validates requests, enforces limits, authenticates clients, and responds to `/healthz`, `/readyz` and `/metrics`.
/// Errors are go-micro's JSON. With TLS it speaks HTTP/2 and HTTP/1.1, otherwise HTTP/1.1.
///
/// Without TLS, requests are handled on the event loop of their connection: middleware and handlers must not block it, for
/// instance with synchronous file access or long computations.
///
/// A graceful shutdown rejects new connections, and waits for the requests in progress.
public struct EdgeServer: Service {
    private let configuration: EdgeConfiguration
    private let responder: ReloadableResponder
    private let certificates: EdgeCertificates?
    private let address: Address
    private let server: HTTPServerBuilder
    private let logger: Logger
    private let bound = Promise<Address>()

    /// Creates a server, and checks its configuration and files.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - middleware: Steps between the built-in ones and the handler; the first one is the outermost.
    ///   - readiness: The conditions for `/readyz`.
    ///   - logger: The logger, also of the access log.
    ///   - webSockets: Accepts WebSocket handshakes over HTTP/1.1; nil for none. If it returns nil, the request is
    ///     handled like any other request. An error that it throws becomes the response.
    ///   - handler: Responds to the requests. A ``/MicroCore/MicroError`` becomes a response with its status.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting.
    public init(
        configuration: EdgeConfiguration = .init(), middleware: [any RouterMiddleware<EdgeContext>] = [],
        readiness: [ReadinessCheck] = [], logger: Logger = .current,
        webSockets: (@Sendable (Request, EdgeContext) async throws -> WebSocketUpgrade?)? = nil,
        handler: @escaping @Sendable (Request, EdgeContext) async throws -> Response
    ) throws {
        let address = try Self.validatedAddress(configuration)
        self.address = address
        self.configuration = configuration
        self.logger = logger
        responder = ReloadableResponder(
            EdgeResponder(
                configuration: configuration, trustedProxies: try configuration.trustedProxies.map(IPNetwork.init),
                allowedClients: try configuration.allowedClients.map(IPNetwork.init),
                hosts: HostPolicy(configuration, isLoopback: address.isLoopback),
                routes: Self.chain(middleware, handler), webSockets: webSockets,
                concurrency: ConcurrencyLimit(maximum: configuration.limits.maxConcurrentRequests),
                rateLimiter: configuration.rateLimit.map(RateLimiter.init), health: EdgeHealth(checks: readiness),
                metrics: EdgeMetrics(), logger: logger))
        certificates = try configuration.tls.map(EdgeCertificates.init)
        server = Self.serverBuilder(configuration, responder, certificates)
    }

    /// Replaces the configuration for new requests, and reads the certificate and the key again for new connections. Requests
    /// that run are not affected.
    ///
    /// The address, the time limits and numbers of connections, and whether TLS is used cannot be changed. Rate limits that are
    /// equal keep their state. The authorities of clients are read once.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting; then nothing changes.
    public func reload(_ configuration: EdgeConfiguration) throws {
        guard try Self.validatedAddress(configuration) == address else {
            throw MicroError(.invalidArgument, "the address of a server cannot be changed while it runs")
        }
        guard (configuration.tls == nil) == (certificates == nil) else {
            throw MicroError(.invalidArgument, "TLS cannot be enabled or disabled while a server runs")
        }
        let trustedProxies = try configuration.trustedProxies.map(IPNetwork.init)
        let allowedClients = try configuration.allowedClients.map(IPNetwork.init)
        let hosts = HostPolicy(configuration, isLoopback: address.isLoopback)
        if let tls = configuration.tls { try certificates?.reload(tls) }
        responder.replace { old in
            let isLimitUnchanged = old.configuration.rateLimit == configuration.rateLimit
            old.concurrency.maximum = configuration.limits.maxConcurrentRequests
            return EdgeResponder(
                configuration: configuration, trustedProxies: trustedProxies, allowedClients: allowedClients,
                hosts: hosts, routes: old.routes, webSockets: old.webSockets, concurrency: old.concurrency,
                rateLimiter: isLimitUnchanged ? old.rateLimiter : configuration.rateLimit.map(RateLimiter.init),
                health: old.health, metrics: old.metrics, logger: old.logger)
        }
    }

    /// Waits until the server listens, and returns its address.
    ///
    /// - Throws: The error of ``run()`` if it cannot listen, or `CancellationError`.
    public func listeningAddress() async throws -> Address { try await bound.value() }

    /// Listens until the task is cancelled, or until a graceful shutdown, which waits for the requests in progress.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unavailable` if the address cannot be used.
    public func run() async throws {
        let application = Application(
            responder: responder, server: server,
            configuration: .init(
                address: .hostname(address.host, port: address.port ?? 0), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.limits.maxConnections)),
            onServerRunning: { [bound, address] channel in
                bound.resolve(with: .success(Address(host: address.host, port: channel.localAddress?.port)))
            }, logger: logger)
        do {
            try await withGracefulShutdownHandler {
                try await Self.runWithoutPreferredExecutor { try await application.run() }
            } onGracefulShutdown: { [health = responder.current.health] in
                health.beginDrain()
            }
        } catch let error as CancellationError {
            bound.reject(with: error)
            throw error
        } catch {
            let failure = MicroError(
                .unavailable, "cannot listen on \(address): \(error); choose another address", cause: error)
            bound.reject(with: failure)
            throw failure
        }
    }

    /// Runs the application in a task that does not inherit the preferred executor of the caller.
    ///
    /// Hummingbird's cache of the date waits in `merge` of AsyncAlgorithms, which holds a lock of its own while it suspends.
    /// In a task with a preferred executor, the suspension also needs the status lock of the task. A cancellation at the same
    /// time holds the status lock and waits for the lock of `merge`: a deadlock that blocks every thread of the pool.
    private static func runWithoutPreferredExecutor(_ run: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task { try await run() }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private static func validatedAddress(_ configuration: EdgeConfiguration) throws -> Address {
        let address = try Address(parsing: configuration.address)
        guard address.port != nil else {
            throw MicroError(
                .invalidArgument, "the address \(configuration.address) has no port; add one, such as :8080",
                origin: MicroError.Origin.edge)
        }
        guard
            address.isLoopback || configuration.allowsAnonymousAccess || !configuration.authenticators.isEmpty
                || configuration.tls?.clientAuthorityFile != nil
        else {
            throw MicroError(
                .invalidArgument,
                "\(configuration.address) is reachable from other machines without authentication; configure an "
                    + "authenticator, or allow anonymous access explicitly",
                origin: MicroError.Origin.edge)
        }
        return address
    }

    private static func serverBuilder(
        _ configuration: EdgeConfiguration, _ responder: ReloadableResponder, _ certificates: EdgeCertificates?
    ) -> HTTPServerBuilder {
        let idle = TimeAmount(configuration.limits.idleTimeout)
        let http1 = HTTP1Channel.Configuration(
            additionalChannelHandlers: responder.channelHandlers, idleTimeout: idle,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: configuration.limits.maxHeaderSize,
                maxHeaderListSize: configuration.limits.maxHeaderSize,
                maxHeaderFieldCount: configuration.limits.maxHeaderCount))
        guard let certificates else {
            return HTTPServerBuilder { responder in
                AcceptedChannel(base: EventLoopChannel(base: HTTP1Channel(responder: responder, configuration: http1)))
            }
        }
        // A client may have one connection with many requests, which should use all cores.
        return HTTPServerBuilder { responder in
            AcceptedChannel(
                base: try HTTP2UpgradeChannel(
                    tlsConfiguration: certificates.configuration,
                    configuration: .init(idleTimeout: configuration.limits.idleTimeout, streamConfiguration: http1),
                    responder: responder))
        }
    }

    private static func chain(
        _ middleware: [any RouterMiddleware<EdgeContext>],
        _ handler: @escaping @Sendable (Request, EdgeContext) async throws -> Response
    ) -> @Sendable (Request, EdgeContext) async throws -> Response {
        middleware.reversed().reduce(handler) { next, step in
            { request, context in try await Self.run(step, request, context, next) }
        }
    }

    private static func run(
        _ step: some RouterMiddleware<EdgeContext>, _ request: Request, _ context: EdgeContext,
        _ next: @escaping @Sendable (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        try await step.handle(request, context: context, next: next)
    }
}
