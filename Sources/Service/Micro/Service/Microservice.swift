// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
public import Logging
public import MicroCore
import MicroHTTP
import MicroMemory
public import ServiceLifecycle
import UnixSignals

/// A service: it listens, registers itself, answers, calls others, exchanges events with them, and leaves in order.
///
/// ```swift
/// let service = try Microservice("greeter")
/// service.handle("Greeter.Hello") { (request: HelloRequest, context) in
///     HelloResponse(greeting: "Hello \(request.name)")
/// }
/// try await service.runService()
/// ```
public final class Microservice: Service {
    /// Calls other services and publishes events, with this one's registry, transport and broker.
    public let client: Client

    private let components: Components
    private let server: Server
    private let subscribers: EventSubscribers
    private let settings: Configuration
    private let monitor: RegistrationMonitor
    private let logger: Logger

    /// Creates a service. Nothing runs until ``run()`` or ``runService()``.
    ///
    /// - Parameters:
    ///   - name: The name that callers use; `MICRO_SERVER_NAME` overrides it.
    ///   - version: The version; `MICRO_SERVER_VERSION` overrides it.
    ///   - registry: Where it registers; by default the one that `MICRO_REGISTRY` names, else memory.
    ///   - transport: How it is called; by default the one that `MICRO_TRANSPORT` names, else HTTP.
    ///   - broker: Where events come from and go to; by default the one that `MICRO_BROKER` names, else memory, or HTTP
    ///     beside another registry.
    ///   - codecs: What it reads and writes.
    ///   - interceptors: What stands before its endpoints, the first outermost.
    ///   - clientInterceptors: What stands before the calls of its ``client``.
    ///   - backends: The adapters to choose from by name.
    ///   - configuration: The settings; by default the environment.
    ///   - logger: Where it logs.
    /// - Throws: ``MicroError`` with `invalidArgument` or `unsupported` that names the wrong setting.
    public convenience init(
        _ name: String, version: String = "latest", registry: (any Registry)? = nil,
        transport: (any Transport)? = nil, broker: (any Broker)? = nil, codecs: [any Codec] = [JSONCodec()],
        interceptors: [any ServerInterceptor] = [], clientInterceptors: [any ClientInterceptor] = [],
        backends: Backends = .builtIn, configuration: ConfigReader? = nil, logger: Logger = .current
    ) throws {
        let configuration = configuration ?? .environment
        try self.init(
            Configuration(name: name, version: version, configReader: configuration), registry: registry,
            transport: transport, broker: broker, codecs: codecs, interceptors: interceptors,
            clientInterceptors: clientInterceptors, backends: backends, configuration: configuration, logger: logger)
    }

    /// Creates a service with settings of its own, which no environment changes.
    ///
    /// - Parameters:
    ///   - settings: What holds for the service.
    ///   - configuration: The settings of its client and of what is made by name; by default the environment.
    /// - Throws: As ``init(_:version:registry:transport:broker:codecs:interceptors:clientInterceptors:backends:configuration:logger:)``.
    public init(
        _ settings: Configuration, registry: (any Registry)? = nil, transport: (any Transport)? = nil,
        broker: (any Broker)? = nil, codecs: [any Codec] = [JSONCodec()], interceptors: [any ServerInterceptor] = [],
        clientInterceptors: [any ClientInterceptor] = [], backends: Backends = .builtIn,
        configuration: ConfigReader? = nil, logger: Logger = .current
    ) throws {
        let configuration = configuration ?? .environment
        try NameRules.check(service: settings.name)
        self.settings = settings
        self.logger = logger
        components = try Components(
            registry: registry, transport: transport, broker: broker, backends: backends, configuration: configuration)
        let server = Server(
            ServerIdentity(name: settings.name, logger: logger, forwardedHeaders: settings.forwardedHeaders),
            codecs: Codecs(codecs), interceptors: interceptors, limit: settings.concurrencyLimit)
        self.server = server
        subscribers = EventSubscribers(service: settings.name, codecs: Codecs(codecs), logger: logger)
        client = Client(
            components: components, codecs: Codecs(codecs), interceptors: clientInterceptors,
            settings: try Client.Configuration(configReader: configuration), callerName: settings.name)
        let monitor = RegistrationMonitor(service: settings.name)
        self.monitor = monitor
        server.handleBuiltIn(Statistics.endpoint) { [weak server] (_: Statistics.Request, _) in
            server?.statistics ?? Statistics.Response(uptime: 0, endpoints: [:])
        }
        server.handleBuiltIn(Health.endpoint) { (_: Health.Request, _) in Health.Response(monitor.status) }
    }

    /// Whether the service is in its registry, as far as its heartbeat knows; nil before it was registered and after it
    /// has stopped.
    ///
    /// The endpoint `Debug.Health` and the metrics `micro.registration.up` and `micro.registration.losses` tell it too.
    public var registrationStatus: RegistrationStatus? { monitor.status }

    /// The present ``registrationStatus``, if there is one, and every later one; ends when the service has stopped.
    /// A reader that is 16 changes behind loses the oldest.
    public func registrationStatuses() -> AsyncStream<RegistrationStatus> { monitor.statuses() }

    /// Answers an endpoint: see ``Server/handle(_:mayBlock:_:)``.
    public func handle<Request: Sendable, Response: Sendable>(
        _ endpoint: String, mayBlock: Bool = true,
        _ handler: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        server.handle(endpoint, mayBlock: mayBlock, handler)
    }

    /// Answers an endpoint that is called by stream.
    ///
    /// ```swift
    /// service.handleStream("Chat.Talk") { (talk: MessageStream<Answer, Question>, context) in
    ///     for try await question in talk { try await talk.send(Answer(to: question)) }
    /// }
    /// ```
    ///
    /// See ``Server/handleStream(_:mayBlock:_:)``.
    public func handleStream<Incoming: Sendable, Outgoing: Sendable>(
        _ endpoint: String, mayBlock: Bool = true,
        _ handler:
            @escaping @concurrent @Sendable (MessageStream<Outgoing, Incoming>, RequestContext) async throws -> Void
    ) {
        server.handleStream(endpoint, mayBlock: mayBlock, handler)
    }

    /// Handles the events of a topic: one after the other, or several at a time.
    ///
    /// ```swift
    /// service.subscribe("user.created", queue: "mails") { (event: UserCreated, context) in
    ///     try await mails.send(to: event.address)
    /// }
    /// ```
    ///
    /// The subscription is made when the service starts, before it registers; it is in the registry as one of its
    /// endpoints. What is wrong with it is thrown then: no codec knows the type, or what the broker refuses.
    ///
    /// - Parameters:
    ///   - topic: A topic, or a pattern where the broker has wildcards.
    ///   - queue: Of the services with the same queue, in whatever process, one gets each event. Nil: every instance
    ///     gets all.
    ///   - concurrency: How many events are handled at a time; with more than one they are handled out of order.
    ///   - options: Limits, and what makes sense with acknowledgements.
    ///   - handler: Handles an event. It may block. The event is acknowledged when it has succeeded, never before; what it
    ///     throws is logged and counted and, where the broker delivers at least once, the event comes again, later and
    ///     later. So does an event that cannot be decoded. ``MicroCore/SubscribeOptions/maxAttempts`` ends that. Its
    ///     task is cancelled only when the service has to end.
    public func subscribe<Event: Sendable>(
        _ topic: String, queue: String? = nil, concurrency: Int = 1, options: SubscribeOptions = SubscribeOptions(),
        _ handler: @escaping @Sendable (Event, EventContext) async throws -> Void
    ) {
        subscribers.add(topic, queue: queue, concurrency: concurrency, options: options, handler)
    }

    /// Publishes an event: see ``Client/publish(_:to:headers:)``.
    public func publish(_ event: some Sendable, to topic: String, headers: Headers = [:]) async throws {
        try await client.publish(event, to: topic, headers: headers)
    }

    /// Runs the service until SIGTERM or SIGINT, and then stops in order.
    ///
    /// - Throws: As ``run()``.
    public func runService() async throws {
        var lifecycleLogger = logger
        lifecycleLogger.logLevel = .critical
        var group = ServiceGroupConfiguration(
            services: [
                .init(
                    service: self, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup)
            ], gracefulShutdownSignals: [.sigterm, .sigint], logger: lifecycleLogger)
        group.maximumGracefulShutdownDuration =
            settings.registration.deregisterTimeout + settings.deregistrationGracePeriod + settings.drainTimeout
            + Components.closeTimeout
            + .seconds(1)
        try await ServiceGroup(configuration: group).run()
    }

    /// Subscribes, binds, registers, and answers until a graceful shutdown; then deregisters, goes on serving while
    /// callers notice, lets calls in flight and events that have come be finished, and closes what it made. Cancelling the
    /// task cuts them off at once; the deregistration may take up to its limit.
    ///
    /// - Throws: ``MicroError``: the address cannot be bound, the broker does not take a subscription, the registry does
    ///   not take the service within the start limit, a setting or an endpoint is wrong. Or `CancellationError`.
    public func run() async throws {
        let result = await Result { try await serve() }
        monitor.end()
        // With the registry and the transport, if they were made here.
        await client.close()
        try result.get()
    }

    private func serve() async throws {
        let endpoints = (try server.endpoints() + subscribers.endpoints()).bounded
        let subscriptions: EventSubscriptions
        do {
            subscriptions = try await cancelWhenGracefulShutdown { [subscribers, components] in
                try await subscribers.open(on: components.broker)
            }
        } catch is CancellationError where Task.isShuttingDownGracefully {
            // A stop during the start is a stop like any other.
            return
        }
        let listener = try await components.transport.bind(to: settings.address)
        // Each tells whether the service is over.
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [server] in
                try await listener.run {
                    try await server.respond(to: $0)
                } streams: {
                    server.streamHandler(of: $0)
                }
                // Only a stop drains it. Whoever else does leaves a service that nobody can call.
                guard Task.isCancelled || Task.isShuttingDownGracefully else {
                    throw MicroError(
                        .closed, "the transport stopped listening at \(listener.address): was it closed?",
                        origin: MicroError.Origin.server)
                }
                return false
            }
            group.addTask {
                try await subscriptions.run()
                return false
            }
            group.addTask {
                try await self.register(endpoints, at: listener, subscriptions)
                return true
            }
            // Whichever ends first by an error ends the others. After a stop in order only what outlasted its limit is
            // left to be cut off.
            defer { group.cancelAll() }
            for try await isFinished in group where isFinished { group.cancelAll() }
        }
    }

    /// Keeps the service registered until it is stopped, and drains the listener and the subscriptions then.
    private func register(
        _ endpoints: [Endpoint], at listener: any TransportListener, _ subscriptions: EventSubscriptions
    ) async throws {
        do {
            let registration = try registration(of: endpoints, at: listener.address)
            try await cancelWhenGracefulShutdown { [settings] in
                try await registration.start(within: settings.startTimeout)
            }
            logger.notice(
                "serving", metadata: ["service": "\(settings.name)", "address": "\(listener.address)"])
            await cancelWhenGracefulShutdown { await registration.run() }
            logger.info("stopping", metadata: ["service": "\(settings.name)"])
            // Whoever cancels does not want to wait for callers.
            try? await Task.sleep(for: settings.deregistrationGracePeriod)
        } catch is CancellationError where Task.isShuttingDownGracefully {
            // A stop during the start is a stop like any other.
        }
        let deadline = ContinuousClock.now + (Task.isCancelled ? .zero : settings.drainTimeout)
        async let drained: Void = subscriptions.drain(deadline: deadline)
        await listener.drain(deadline: deadline)
        await drained
    }

    private func registration(of endpoints: [Endpoint], at bound: Address) throws -> Registration {
        let address = try AdvertisedAddress.resolve(
            bound: bound, advertise: settings.advertise, setting: "MICRO_SERVER_ADVERTISE")
        warnIfNotReachableRemotely(address)
        var metadata = [
            "transport": components.transport.name, "registry": components.registry.name,
            "broker": components.broker.name, "protocol": "mucp", "server": "rpc",
        ]
        metadata.merge(settings.metadata) { $1 }
        let node = Node(
            id: "\(settings.name)-\(settings.id)", address: address.host, port: address.port, metadata: metadata)
        let record = ServiceRecord(
            name: settings.name, version: settings.version, endpoints: endpoints, nodes: [node])
        return try Registration(
            of: record, in: components.registry, configuration: settings.registration, logger: logger,
            onStatusChange: { [monitor] in monitor.change(to: $0) })
    }
}

extension Microservice {
    /// Tells what surprises people who go from one process to two, and from one machine to two.
    private func warnIfNotReachableRemotely(_ address: Address) {
        if components.registry is MemoryRegistry {
            guard components.transport.name != "memory" else { return }
            logger.notice("registered in memory: only this process finds it; set MICRO_REGISTRY for others")
        } else if address.isLoopback {
            logger.warning(
                "registered at a loopback address: only this machine can call; set MICRO_SERVER_ADDRESS for others",
                metadata: ["address": "\(address)"])
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
