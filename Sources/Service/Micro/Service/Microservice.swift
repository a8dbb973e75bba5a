// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import Foundation
public import Logging
public import MicroCore
public import ServiceLifecycle
import Synchronization
import UnixSignals

/// A service: it listens, registers itself, handles calls, streams and events, calls other services, and shuts down
/// gracefully.
///
/// ```swift
/// let service = try Microservice("greeter")
/// service.handle("Greeter.Hello") { (request: HelloRequest, context) in
///     HelloResponse(greeting: "Hello \(request.name)")
/// }
/// try await service.runService()
/// ```
///
/// A service runs once.
public final class Microservice: Service {
    /// A client with the registry, transport and broker of the service.
    public let client: Client
    /// The registry of the service.
    public var registry: any Registry { client.registry }

    let server: Server
    private let eventHandlers: EventHandlerTable
    private let configuration: Configuration
    private let monitor: RegistrationMonitor
    private let health: ServiceHealth
    private let logger: Logger
    private let hasRun = Atomic(false)

    /// Creates a service that is configured by settings. It starts with ``run()`` or ``runService()``.
    ///
    /// - Parameters:
    ///   - name: The name that callers use; `MICRO_SERVER_NAME` overrides it.
    ///   - registry: The registry of the service; by default the one that `MICRO_REGISTRY` selects, else memory.
    ///   - transport: The transport of calls; by default the one that `MICRO_TRANSPORT` selects, else HTTP.
    ///   - broker: The broker of events; by default the one that `MICRO_BROKER` selects, else memory with a registry in
    ///     memory, and HTTP with any other registry.
    ///   - backends: The adapters that the settings select from by name.
    ///   - configReader: The settings; by default the environment variables of the process.
    ///   - logger: The logger of the service.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` or `unsupported`; the message names the setting.
    public convenience init(
        _ name: String, registry: (any Registry)? = nil, transport: (any Transport)? = nil,
        broker: (any Broker)? = nil, backends: Backends = .builtIn, configReader: ConfigReader? = nil,
        logger: Logger = .component("service")
    ) throws {
        let reader = configReader ?? .environment
        try self.init(
            Configuration(name: name, configReader: reader), registry: registry, transport: transport, broker: broker,
            backends: backends, configReader: reader, logger: logger)
    }

    /// Creates a service with a configuration that no setting changes. It starts with ``run()`` or ``runService()``.
    ///
    /// - Parameters:
    ///   - configuration: The configuration of the service.
    ///   - registry: The registry to register in; by default the one that the settings select.
    ///   - transport: The transport to listen with; by default the one that the settings select.
    ///   - broker: The broker of events; by default the one that the settings select.
    ///   - backends: The adapters that the settings select from by name.
    ///   - configReader: The settings of the adapters that are selected by name; by default the environment variables of
    ///     the process.
    ///   - logger: Logs the events of the service and the failures of its handlers.
    /// - Throws: As ``init(_:registry:transport:broker:backends:configReader:logger:)-(String,_,_,_,_,_,_)``.
    public init(
        _ configuration: Configuration, registry: (any Registry)? = nil, transport: (any Transport)? = nil,
        broker: (any Broker)? = nil, backends: Backends = .builtIn, configReader: ConfigReader? = nil,
        logger: Logger = .component("service")
    ) throws {
        try NameRules.check(service: configuration.name)
        self.configuration = configuration
        self.logger = logger
        let components = try Components(
            registry: registry, transport: transport, broker: broker, backends: backends,
            configReader: configReader ?? .environment)
        let client = Client(configuration.client, components: components, callerName: configuration.name)
        self.client = client
        let identity = ServerIdentity(
            name: configuration.name, codecs: Codecs(configuration.codecs), logger: logger, client: client,
            forwardedHeaders: configuration.forwardedHeaders)
        let server = Server(
            identity, interceptors: configuration.interceptors, concurrencyLimit: configuration.concurrencyLimit)
        self.server = server
        let eventHandlers = EventHandlerTable(service: identity)
        self.eventHandlers = eventHandlers
        let monitor = RegistrationMonitor(service: configuration.name)
        self.monitor = monitor
        health = ServiceHealth(
            service: configuration.name, conditions: configuration.readiness, registration: { monitor.status },
            subscriptionProblem: { eventHandlers.subscriptionProblem })
        server.addDebugEndpoints(health: health) { eventHandlers.summaries }
        server.handleBuiltIn(DebugEndpoints.registration) { (_: DebugEndpoints.Request, _) in
            DebugEndpoints.RegistrationSummary(monitor.status)
        }
    }

    private var components: Components { client.components }

    // MARK: Registration status

    /// The status of the service's registration as of its last heartbeat; nil before the first registration and after the
    /// service has stopped.
    ///
    /// The endpoint `Debug.Registration` and the metrics `micro.registration.up` and `micro.registration.losses` report it, too.
    public var registrationStatus: RegistrationStatus? { monitor.status }

    /// The current ``registrationStatus``, if there is one, and every later one; ends when the service has stopped.
    /// A reader that falls more than 16 statuses behind misses the oldest ones.
    public func registrationStatuses() -> AsyncStream<RegistrationStatus> { monitor.statuses() }

    /// Adds a check that the service has to pass to be ready, such as a ping of its database.
    ///
    /// `GET /readyz` and `Debug.Health` run all checks concurrently, each for at most two seconds. `/readyz` responds
    /// with 503 and the names of those that fail; the message of a ``/MicroCore/MicroError`` is shown, the text of any
    /// other error is not.
    ///
    /// - Parameters:
    ///   - name: The name of the check, such as `database`.
    ///   - check: Throws if it fails.
    public func addHealthCheck(_ name: String, _ check: @escaping @Sendable () async throws -> Void) {
        health.add(name, check)
    }

    // MARK: Handlers

    /// Adds the handler of an endpoint. An error (a second handler for the name, no codec for its types) is thrown when
    /// the service starts.
    ///
    /// - Parameters:
    ///   - endpoint: The name of the endpoint, such as `Greeter.Hello`.
    ///   - mayBlock: Whether the handler may block its thread or compute for long. A handler that never does runs on the
    ///     executor of the transport, such as an event loop, which is faster; if it blocks nevertheless, other calls wait.
    ///   - handler: Responds to a request. If it throws a ``/MicroCore/MicroError``, the caller gets that error
    ///     unchanged; it gets any other error as `internal` without its text. Its task is cancelled at the caller's
    ///     deadline, which also limits the calls that the handler makes.
    public func handle<Request: Sendable, Response: Sendable>(
        _ endpoint: String, mayBlock: Bool = true,
        _ handler: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        server.handle(endpoint, mayBlock: mayBlock, handler)
    }

    /// Adds the handler of a streaming endpoint. An error is thrown when the service starts.
    ///
    /// ```swift
    /// service.handleStream("Chat.Talk") { (stream: MessageStream<ChatReply, ChatMessage>, context) in
    ///     for try await message in stream { try await stream.send(ChatReply(to: message)) }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - endpoint: The name of the endpoint, such as `Chat.Talk`.
    ///   - mayBlock: As in ``handle(_:mayBlock:_:)-(String,_,_)``.
    ///   - handler: Serves one stream. The stream ends when it returns; an error that it throws reaches the caller after the
    ///     messages that were sent before. Its task is cancelled at the deadline of the stream, if it has one, and when
    ///     the caller disconnects.
    public func handleStream<Incoming: Sendable, Outgoing: Sendable>(
        _ endpoint: String, mayBlock: Bool = true,
        _ handler:
            @escaping @concurrent @Sendable (MessageStream<Outgoing, Incoming>, RequestContext) async throws -> Void
    ) {
        server.handleStream(EndpointDescriptor(endpoint), mayBlock: mayBlock, handler)
    }

    /// Subscribes to a topic, and handles its events one after another or several at a time.
    ///
    /// ```swift
    /// service.subscribe("user.created", queue: "mails") { (event: UserCreated, context) in
    ///     try await mails.send(to: event.address)
    /// }
    /// ```
    ///
    /// The subscription is made when the service starts, before it registers; the registry lists it as an endpoint. An
    /// error (no codec for the type, a refusal by the broker) is thrown at that time.
    ///
    /// - Parameters:
    ///   - topic: A topic, or a pattern if the broker supports wildcards.
    ///   - queue: Each event goes to one of the services with the same queue. If nil, every instance gets all events.
    ///   - concurrency: The number of events that are handled at a time. With more than one, they are handled out of
    ///     order.
    ///   - options: Limits and acknowledgement.
    ///   - handler: Handles an event. It may block. The event is acknowledged after the handler has succeeded, never before.
    ///     An error is logged and counted; a broker that delivers at least once then redelivers the event with exponential
    ///     backoff. The same applies to an event that cannot be decoded.
    ///     ``/MicroCore/SubscribeOptions/maxAttempts`` limits redelivery. The task of the handler is cancelled only
    ///     when the drain timeout of a shutdown has passed.
    public func subscribe<Event: Sendable>(
        _ topic: String, queue: String? = nil, concurrency: Int = 1, options: SubscribeOptions = SubscribeOptions(),
        _ handler: @escaping @Sendable (Event, EventContext) async throws -> Void
    ) {
        eventHandlers.add(topic, queue: queue, concurrency: concurrency, options: options, handler)
    }

    /// Publishes an event: see ``Client/publish(_:to:headers:)``.
    public func publish(_ event: some Sendable, to topic: String, headers: Headers = [:]) async throws {
        try await client.publish(event, to: topic, headers: headers)
    }

    // MARK: Running

    /// Runs the service until SIGTERM or SIGINT, then shuts it down gracefully. SIGPIPE is ignored in the whole
    /// process, so that a closed log pipe does not terminate the service.
    ///
    /// - Throws: As ``run()``.
    public func runService() async throws {
        _ = signal(SIGPIPE, SIG_IGN)
        var lifecycleLogger = logger
        lifecycleLogger.logLevel = .critical
        var group = ServiceGroupConfiguration(
            services: [
                .init(
                    service: self, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup)
            ], gracefulShutdownSignals: [.sigterm, .sigint], logger: lifecycleLogger)
        group.maximumGracefulShutdownDuration =
            configuration.registration.deregisterTimeout + configuration.deregistrationGracePeriod
            + configuration.drainTimeout + Components.closeTimeout + .seconds(1)
        try await ServiceGroup(configuration: group).run()
    }

    /// Subscribes, binds, registers, and serves until a graceful shutdown. Then the service deregisters, continues to serve
    /// for ``Configuration/deregistrationGracePeriod``, finishes calls in flight and received events, and closes the
    /// adapters that it created. Cancelling the task ends calls and events immediately; the deregistration may take up
    /// to its time limit.
    ///
    /// - Throws: ``/MicroCore/MicroError``: the address cannot be bound, the broker refuses a subscription, the registry does not accept
    ///   the service within ``Configuration/startTimeout``, a handler is not valid; `closed` if the service has run before.
    ///   Or `CancellationError`.
    public func run() async throws {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw MicroError(
                .closed, "\(configuration.name) has run before: create a new service for each run",
                origin: MicroError.Origin.server)
        }
        let result = await Result {
            try await withGracefulShutdownHandler {
                try await serveWithProbes()
            } onGracefulShutdown: { [health] in
                health.stop()
            }
        }
        monitor.end()
        // Also closes the adapters that the service created.
        await client.close()
        try result.get()
    }

    /// Serves requests, and serves probes on a separate listener if one is configured.
    private func serveWithProbes() async throws {
        guard let address = configuration.healthAddress else { return try await serve() }
        let probes = try await HealthListener.bind(to: address, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [server] in try await probes.run(server) }
            group.addTask { try await self.serve() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// A hundred years: retries need a deadline, and this one has no practical effect.
    private static let noStartTimeout = Duration.seconds(100 * 365 * 24 * 3600)

    private func serve() async throws {
        let endpoints = (try server.endpoints() + eventHandlers.endpoints()).bounded
        let startDeadline = ContinuousClock.now + (configuration.startTimeout ?? Self.noStartTimeout)
        let subscriptions: EventSubscriptions
        do {
            subscriptions = try await cancelWhenGracefulShutdown { [eventHandlers, components] in
                try await eventHandlers.subscribe(to: components.broker, by: startDeadline)
            }
        } catch is CancellationError where Task.isShuttingDownGracefully {
            // A shutdown during the start is not an error.
            return
        }
        let listener = try await components.transport.bind(to: configuration.address)
        health.observe(listener)
        // Each child task returns whether its end also ends the service.
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [server] in
                do {
                    try await listener.run {
                        try await server.respond(to: $0)
                    } streams: {
                        server.streamHandler(of: $0)
                    }
                } catch let error as MicroError where error.code == .closed && Task.isShuttingDownGracefully {
                    // The listener was drained before this task ran it.
                    return false
                }
                // If a listener ends for any reason other than a shutdown, the service cannot be called.
                guard Task.isCancelled || Task.isShuttingDownGracefully else {
                    throw MicroError(
                        .closed, "the transport stopped listening on \(listener.address): was it closed?",
                        origin: MicroError.Origin.server)
                }
                return false
            }
            group.addTask {
                try await subscriptions.run()
                return false
            }
            group.addTask {
                try await self.register(endpoints, at: listener, subscriptions, by: startDeadline)
                return true
            }
            // The first error ends the other tasks. After a graceful shutdown, only work that exceeded its time limit
            // remains.
            defer { group.cancelAll() }
            for try await hasServiceEnded in group where hasServiceEnded { group.cancelAll() }
        }
    }

    /// Keeps the service registered until it is stopped, then drains the listener and the subscriptions.
    private func register(
        _ endpoints: [Endpoint], at listener: any TransportListener, _ subscriptions: EventSubscriptions,
        by startDeadline: ContinuousClock.Instant
    ) async throws {
        do {
            let registration = try await cancelWhenGracefulShutdown {
                try await self.registration(of: endpoints, at: listener.address)
            }
            try await cancelWhenGracefulShutdown { try await registration.start(within: startDeadline - .now) }
            logger.notice(
                "service registered",
                metadata: ["service": "\(configuration.name)", "address": "\(listener.address)"])
            await cancelWhenGracefulShutdown { await registration.run() }
            logger.info("service deregistered, stopping", metadata: ["service": "\(configuration.name)"])
            // Gives callers time to notice the deregistration. Returns at once if the task is cancelled.
            try? await Task.sleep(for: configuration.deregistrationGracePeriod)
        } catch is CancellationError where Task.isShuttingDownGracefully {
            // A shutdown during the start is not an error.
        }
        let deadline = ContinuousClock.now + (Task.isCancelled ? .zero : configuration.drainTimeout)
        async let drained: Void = subscriptions.drain(deadline: deadline)
        await listener.drain(deadline: deadline)
        await drained
    }

    private func registration(of endpoints: [Endpoint], at bound: Address) async throws -> Registration {
        let record = try await configuration.record(of: endpoints, at: bound, components: components, logger: logger)
        var heartbeat = configuration.registration
        heartbeat.intervalAdvice = "check MICRO_REGISTER_INTERVAL and MICRO_REGISTER_TTL"
        return try Registration(
            of: record, in: components.registry, configuration: heartbeat, logger: logger,
            onStatusChange: { [monitor] in monitor.change(to: $0) })
    }
}

extension Result where Failure == any Error {
    fileprivate init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
