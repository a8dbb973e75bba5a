// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import GoMicroWire
public import MicroCore
import NIOCore
import Synchronization

/// Calls services by name, opens streams to them and publishes events.
///
/// A call selects a node of the service, encodes the request, sends it, and retries on another node if that is safe.
///
/// ```swift
/// let client = try Client()
/// let response: HelloResponse = try await client.call("greeter", "Greeter.Hello", HelloRequest(name: "John"))
/// await client.close()
/// ```
///
/// ``withClient(configuration:registry:transport:broker:backends:configReader:_:)`` closes it in any case. In a
/// `ServiceGroup`, ``run()`` closes the client at shutdown.
public final class Client: Sendable {
    let components: Components
    /// The registry that finds services: also for listing and watching them.
    public var registry: any Registry { components.registry }

    let configuration: Configuration
    private let callerName: String?
    let descriptors: CallDescriptorCache
    private let selector: NodeSelector
    private let publisher: EventPublisher
    private let budget: RetryBudget
    let hasRun = Atomic(false)

    /// Creates a client. It connects with the first call.
    ///
    /// - Parameters:
    ///   - configuration: The configuration of the client; by default the one that the settings give.
    ///   - registry: The registry that finds services; by default the one that `MICRO_REGISTRY` selects, else memory.
    ///   - transport: The transport of calls; by default the one that `MICRO_TRANSPORT` selects, else HTTP.
    ///   - broker: The broker of events; by default the one that `MICRO_BROKER` selects, else memory with a registry in
    ///     memory, and HTTP with any other registry.
    ///   - backends: The adapters that the settings select from by name.
    ///   - configReader: The settings; by default the environment variables of the process.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` or `unsupported`; the message names the setting.
    public convenience init(
        configuration: Configuration? = nil, registry: (any Registry)? = nil, transport: (any Transport)? = nil,
        broker: (any Broker)? = nil, backends: Backends = .builtIn, configReader: ConfigReader? = nil
    ) throws {
        let reader = configReader ?? .environment
        self.init(
            try configuration ?? Configuration(configReader: reader),
            components: try Components(
                registry: registry, transport: transport, broker: broker, backends: backends, configReader: reader))
    }

    /// Creates a client.
    ///
    /// - Parameter callerName: The service that the client belongs to; nil for a standalone client.
    init(_ configuration: Configuration, components: Components, callerName: String? = nil) {
        self.components = components
        self.configuration = configuration
        self.callerName = callerName
        let codecs = Codecs(configuration.codecs)
        descriptors = CallDescriptorCache(codecs: codecs)
        budget = RetryBudget(ratio: configuration.retryRatio)
        publisher = EventPublisher(broker: components.broker, codecs: codecs, service: callerName)
        selector = NodeSelector(
            registry: components.registry, transportName: components.transport.name, strategy: configuration.strategy,
            outageGracePeriod: configuration.outageGracePeriod)
    }

    /// Calls an endpoint of a service and returns its response.
    ///
    /// - Parameters:
    ///   - service: The name of the service, such as `greeter`.
    ///   - endpoint: The name of the endpoint, such as `Greeter.Hello`.
    ///   - request: The message.
    ///   - options: Options of this call.
    ///   - type: The type of the response.
    /// - Throws: ``/MicroCore/MicroError``: an error of the service, with its name as origin; `notFound` with the origin
    ///   ``/MicroCore/MicroError/Origin/client`` if no node of the service is known, and with ``/MicroCore/MicroError/Origin/server`` if the
    ///   service has no such endpoint; `unavailable` if no node can be reached. Or `CancellationError`.
    public func call<Request: Sendable, Response: Sendable>(
        _ service: String, _ endpoint: String, _ request: Request, options: CallOptions = .init(),
        returning type: Response.Type = Response.self
    ) async throws -> Response {
        try await call(service, descriptors.descriptor(service, endpoint), request, options)
    }

    /// Calls an endpoint that has a descriptor, such as one of generated code.
    ///
    /// - Parameters:
    ///   - service: The name of the service, such as `greeter`.
    ///   - endpoint: The endpoint.
    ///   - request: The message.
    ///   - options: Options of this call.
    /// - Throws: As ``call(_:_:_:options:returning:)``.
    public func call<Request: Sendable, Response: Sendable>(
        _ service: String, _ endpoint: EndpointDescriptor<Request, Response>, _ request: Request,
        options: CallOptions = .init()
    ) async throws -> Response {
        let descriptor: CallDescriptor<Request, Response> = descriptors.descriptor(
            service, endpoint.name, ownCodecs: endpoint.codecs)
        return try await call(service, descriptor, request, options)
    }

    private func call<Request: Sendable, Response: Sendable>(
        _ service: String, _ descriptor: CallDescriptor<Request, Response>, _ request: Request, _ options: CallOptions
    ) async throws -> Response {
        let (contentType, body) = try descriptor.encode(request, as: options.contentType)
        let call = callRequest(service, descriptor.endpoint, contentType, body, options)
        return try await descriptor.metrics.measure {
            let response = try await send(call, descriptor.metrics, options)
            return try descriptor.decode(response)
        }
    }

    /// Opens a stream to a streaming endpoint.
    ///
    /// Only the opening request is retried, and only if that is safe. The method may return before the service has
    /// responded: if the service refuses the stream, the first read throws.
    ///
    /// - Parameters:
    ///   - service: The name of the service, such as `chat`.
    ///   - endpoint: The name of the endpoint, such as `Chat.Talk`.
    ///   - outgoing: The type of the messages to send.
    ///   - incoming: The type of the messages to receive.
    ///   - options: Options of this stream. Without a timeout, it has no deadline of its own; in a handler, it ends at
    ///     the deadline of the request that is being handled.
    /// - Throws: As ``call(_:_:_:options:returning:)``; `notFound` for an endpoint that is not a streaming endpoint;
    ///   `unsupported` if the transport has no streams, or no codec can encode `outgoing` and decode `incoming`.
    public func stream<Outgoing: Sendable, Incoming: Sendable>(
        _ service: String, _ endpoint: String, sending outgoing: Outgoing.Type = Outgoing.self,
        receiving incoming: Incoming.Type = Incoming.self, options: CallOptions = .init()
    ) async throws -> MessageStream<Outgoing, Incoming> {
        try await stream(service, descriptors.descriptor(service, endpoint), options)
    }

    /// Opens a stream to an endpoint that has a descriptor, such as one of generated code.
    ///
    /// - Parameters:
    ///   - service: The name of the service, such as `chat`.
    ///   - endpoint: The endpoint.
    ///   - options: Options of this stream; its duration is limited as in ``stream(_:_:sending:receiving:options:)``.
    /// - Throws: As ``stream(_:_:sending:receiving:options:)``.
    public func stream<Outgoing: Sendable, Incoming: Sendable>(
        _ service: String, _ endpoint: EndpointDescriptor<Outgoing, Incoming>, options: CallOptions = .init()
    ) async throws -> MessageStream<Outgoing, Incoming> {
        let descriptor: CallDescriptor<Outgoing, Incoming> = descriptors.descriptor(
            service, endpoint.name, ownCodecs: endpoint.codecs)
        return try await stream(service, descriptor, options)
    }

    private func stream<Outgoing: Sendable, Incoming: Sendable>(
        _ service: String, _ descriptor: CallDescriptor<Outgoing, Incoming>, _ options: CallOptions
    ) async throws -> MessageStream<Outgoing, Incoming> {
        let (contentType, encode, decode) = try descriptor.streamCodec(options.contentType)
        let stream = try await open(
            streamRequest(service, descriptor.endpoint, contentType, options), descriptor.metrics, options)
        return MessageStream(stream, encode: encode) { message in
            do { return try decode(message) } catch {
                // A stream cannot be resynchronized after a decoding failure.
                stream.cancel()
                throw error
            }
        }
    }

    /// Publishes an event. It succeeds regardless of the number of subscribers.
    ///
    /// The event carries `headers` and, in addition, `Content-Type`, `Micro-Id` (a new UUID), `Micro-Topic`,
    /// `Micro-From-Service` (the name of the publishing service, if the client belongs to one) and the current trace.
    ///
    /// - Parameters:
    ///   - event: The event, encoded by the first codec that can encode its type.
    ///   - topic: The topic, such as `user.created`.
    ///   - headers: Headers of the event.
    /// - Throws: As ``/MicroCore/Broker/publish(_:to:)``; `unsupported` or `invalidArgument` if the event cannot be encoded.
    public func publish(_ event: some Sendable, to topic: String, headers: Headers = [:]) async throws {
        try await publisher.publish(event, to: topic, headers: headers)
    }

    /// The broker of events.
    var broker: any Broker { components.broker }

    /// Ends the watches of the client, and closes the adapters that the client created from its settings. Closing twice
    /// has no effect.
    public func close() async {
        await selector.close()
        await components.close()
    }

    /// The headers of a request: the headers in the options, and the headers that a handler's calls inherit.
    func headers(_ options: CallOptions) -> Headers {
        var headers = options.headers
        if let inherited = InheritedCallContext.current?.headers {
            for field in inherited where options.headers[field.name] == nil { headers.add(field.name, field.value) }
        }
        if let callerName { headers[GoMicroHeaderName.fromService] = callerName }
        return headers
    }

    /// Sends a request with the interceptors and the retries of this client.
    func send(
        _ call: TransportRequest, _ metrics: CallMetrics, _ options: CallOptions
    ) async throws -> TransportResponse {
        let retryExecutor = retryExecutor(options) { [transport = components.transport] request, node in
            try await LegacyRPC.call(request, to: node, over: transport)
        }
        return try await CallTracing.call(call, metrics.method) { call in
            guard !configuration.interceptors.isEmpty else { return try await retryExecutor.run(call) }
            return try await configuration.interceptors[...].call(call, retryExecutor.run)
        }
    }

    /// Opens a stream with the interceptors and the retries of this client. Its end is recorded in the metrics.
    func open(
        _ request: TransportRequest, _ metrics: CallMetrics, _ options: CallOptions
    ) async throws -> TransportStream {
        let retryExecutor = retryExecutor(options) { [transport = components.transport] in
            try await LegacyRPC.open($0, to: $1, over: transport)
        }
        let start = ContinuousClock.now
        do {
            let stream = try await CallTracing.open(request, metrics.method) { request in
                try await configuration.interceptors[...].open(request, retryExecutor.run)
            }
            return stream.intercepted(onEnd: { metrics.record(since: start, $0) })
        } catch {
            metrics.record(since: start, error)
            throw error
        }
    }

    private func retryExecutor<Response>(
        _ options: CallOptions, _ send: @escaping RetryExecutor<Response>.Send
    ) -> RetryExecutor<Response> {
        RetryExecutor(
            selector: selector, budget: budget,
            policy: RetryPolicy(
                maxRetries: options.retries ?? configuration.maxRetries, backoff: configuration.backoff,
                filter: options.filter ?? configuration.filter),
            options: options, send: send)
    }
}
