// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import GoMicroWire
public import MicroCore
import NIOCore

/// Calls services by name: finds a node, encodes, sends, tries another node where that is safe. And publishes events.
///
/// ```swift
/// let client = try Client()
/// let response: HelloResponse = try await client.call("greeter", "Greeter.Hello", HelloRequest(name: "John"))
/// await client.close()
/// ```
public final class Client: Sendable {
    let components: Components
    private let descriptors: CallDescriptorCache
    private let selector: NodeSelector
    private let settings: Configuration
    private let interceptors: [any ClientInterceptor]
    private let callerName: String?
    private let publisher: EventPublisher
    private let budget: RetryBudget

    /// Creates a client. Nothing is connected until the first call.
    ///
    /// - Parameters:
    ///   - registry: Where services are found; by default the one that `MICRO_REGISTRY` names, else memory.
    ///   - transport: How they are called; by default the one that `MICRO_TRANSPORT` names, else HTTP.
    ///   - broker: Where events are published; by default the one that `MICRO_BROKER` names, else memory, or HTTP beside
    ///     another registry.
    ///   - codecs: How messages are encoded: the first that can encode a request does.
    ///   - interceptors: What stands before every call, the first outermost.
    ///   - backends: The adapters to choose from by name.
    ///   - settings: What holds for all calls; by default what the configuration says.
    ///   - configuration: The settings; by default the environment.
    /// - Throws: ``MicroError`` with `invalidArgument` or `unsupported` that names the wrong setting.
    public convenience init(
        registry: (any Registry)? = nil, transport: (any Transport)? = nil, broker: (any Broker)? = nil,
        codecs: [any Codec] = [JSONCodec()], interceptors: [any ClientInterceptor] = [], backends: Backends = .builtIn,
        settings: Configuration? = nil, configuration: ConfigReader? = nil
    ) throws {
        let configuration = configuration ?? .environment
        self.init(
            components: try Components(
                registry: registry, transport: transport, broker: broker, backends: backends,
                configuration: configuration),
            codecs: Codecs(codecs), interceptors: interceptors,
            settings: try settings ?? Configuration(configReader: configuration), callerName: nil)
    }

    init(
        components: Components, codecs: Codecs, interceptors: [any ClientInterceptor], settings: Configuration,
        callerName: String?
    ) {
        self.components = components
        self.interceptors = interceptors
        self.settings = settings
        self.callerName = callerName
        descriptors = CallDescriptorCache(codecs: codecs)
        budget = RetryBudget(ratio: settings.retryRatio)
        publisher = EventPublisher(broker: components.broker, codecs: codecs, service: callerName)
        selector = NodeSelector(
            registry: components.registry, transportName: components.transport.name, strategy: settings.strategy)
    }

    /// Calls an endpoint of a service and returns its response.
    ///
    /// - Parameters:
    ///   - service: The name of the service, such as `greeter`.
    ///   - endpoint: The name of the endpoint, such as `Greeter.Hello`.
    ///   - request: The message.
    ///   - options: What holds for this call.
    /// - Throws: ``MicroError``: the service's own errors with its name as origin; `notFound` with the origin
    ///   ``MicroError/Origin/client`` when no instance is known and ``MicroError/Origin/server`` when the endpoint is
    ///   not; `unavailable` when nothing can be reached. Or `CancellationError`.
    public func call<Request: Sendable, Response: Sendable>(
        _ service: String, _ endpoint: String, _ request: Request, options: CallOptions = .init(),
        returning type: Response.Type = Response.self
    ) async throws -> Response {
        let descriptor: CallDescriptor<Request, Response> = descriptors.descriptor(service, endpoint)
        let (contentType, body) = try descriptor.encode(request, as: options.contentType)
        let call = TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: headers(options), body: body,
            deadline: InheritedCallContext.deadline(
                options.timeout ?? settings.requestTimeout, isInherited: options.inheritsDeadline))
        let retryExecutor = retryExecutor(options) { [transport = components.transport] request, node in
            guard let legacyRequest = LegacyRPCRequest(request, to: node) else {
                return try await transport.call(request, to: Address(node))
            }
            return try legacyRequest.unwrapped(try await transport.call(legacyRequest.request, to: Address(node)))
        }
        return try await recordingMetrics(descriptor.metrics) {
            let response = try await CallTracing.call(call, descriptor.metrics.method) { call in
                guard !interceptors.isEmpty else { return try await retryExecutor.run(call) }
                return try await interceptors[...].call(call, retryExecutor.run)
            }
            return try descriptor.decode(response)
        }
    }

    /// Opens a stream to an endpoint that is called by one.
    ///
    /// Only the opening is tried again, and only where that is safe. It may return before the service has answered: a
    /// refusal is then thrown by the first reading of the stream.
    ///
    /// - Parameters:
    ///   - service: The name of the service, such as `chat`.
    ///   - endpoint: The name of the endpoint, such as `Chat.Talk`.
    ///   - outgoing: What is sent.
    ///   - incoming: What is received.
    ///   - options: What holds for this stream. Without a timeout it lives as long as it takes, but in a handler no longer
    ///     than the request that it handles.
    /// - Throws: As ``call(_:_:_:options:returning:)``; `notFound` for an endpoint that is not called by stream;
    ///   `unsupported` if the transport has no streams, or no codec can write the one type and read the other.
    public func stream<Outgoing: Sendable, Incoming: Sendable>(
        _ service: String, _ endpoint: String, sending outgoing: Outgoing.Type = Outgoing.self,
        receiving incoming: Incoming.Type = Incoming.self, options: CallOptions = .init()
    ) async throws -> MessageStream<Outgoing, Incoming> {
        let descriptor: CallDescriptor<Outgoing, Incoming> = descriptors.descriptor(service, endpoint)
        let (contentType, encode, decode) = try descriptor.streamCodec(options.contentType)
        let opening = TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: headers(options),
            deadline: InheritedCallContext.deadline(
                options.timeout ?? Self.maxStreamLifetime, isInherited: options.inheritsDeadline))
        let retryExecutor = retryExecutor(options) { [transport = components.transport] in
            try await transport.open($0, to: Address($1))
        }
        let (start, metrics) = (ContinuousClock.now, descriptor.metrics)
        do {
            let stream = try await CallTracing.open(opening, metrics.method) { opening in
                try await interceptors[...].open(opening, retryExecutor.run)
            }
            let measuredStream = stream.intercepted(onEnd: { metrics.record(since: start, $0) })
            return MessageStream(measuredStream, encode: encode) { message in
                do { return try decode(message) } catch {
                    // Nobody can make anything of what follows.
                    measuredStream.cancel()
                    throw error
                }
            }
        } catch {
            metrics.record(since: start, error)
            throw error
        }
    }

    /// A year: what transports take for a deadline, and as good as none.
    private static let maxStreamLifetime = Duration.seconds(365 * 24 * 3600)

    private func headers(_ options: CallOptions) -> Headers {
        var headers = options.headers
        if let inherited = InheritedCallContext.current?.headers {
            for field in inherited where headers[field.name] == nil { headers.add(field.name, field.value) }
        }
        if let callerName { headers["Micro-From-Service"] = callerName }
        return headers
    }

    private func retryExecutor<Response>(
        _ options: CallOptions, _ send: @escaping RetryExecutor<Response>.Send
    ) -> RetryExecutor<Response> {
        RetryExecutor(
            selector: selector, budget: budget, retries: options.retries ?? settings.retries, backoff: settings.backoff,
            filter: options.filter ?? settings.filter, options: options, send: send)
    }

    private func recordingMetrics<Response>(
        _ metrics: CallMetrics, _ body: () async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        do {
            let response = try await body()
            metrics.record(since: start, nil)
            return response
        } catch {
            metrics.record(since: start, error)
            throw error
        }
    }

    /// Publishes an event. It succeeds whether anybody subscribes or not.
    ///
    /// Beside the headers that are given it carries `Content-Type`, `Micro-Id` (a new UUID), `Micro-Topic`,
    /// `Micro-From-Service` (the name of the service that publishes, if it is one) and the trace that it belongs to.
    ///
    /// - Parameters:
    ///   - event: The event; the first codec that can encodes it.
    ///   - topic: What it is about, such as `user.created`.
    ///   - headers: What travels beside it.
    /// - Throws: As ``MicroCore/Broker/publish(_:to:)``, and `unsupported` or `invalidArgument` when the event cannot be
    ///   encoded.
    public func publish(_ event: some Sendable, to topic: String, headers: Headers = [:]) async throws {
        try await publisher.publish(event, to: topic, headers: headers)
    }

    /// Ends the watches of the client, and closes what it made from the configuration. Closing twice is fine.
    public func close() async {
        await selector.close()
        await components.close()
    }
}
