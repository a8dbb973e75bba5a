// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import GoMicroWire
public import MicroCore
import NIOCore

/// Calls services by name, opens streams to them and publishes events.
///
/// A call selects a node of the service, encodes the request, sends it, and tries another node where that is safe.
///
/// ```swift
/// let client = try Client()
/// let response: HelloResponse = try await client.call("greeter", "Greeter.Hello", HelloRequest(name: "John"))
/// await client.close()
/// ```
public final class Client: Sendable {
    let components: Components
    private let configuration: Configuration
    private let callerName: String?
    private let descriptors: CallDescriptorCache
    private let selector: NodeSelector
    private let publisher: EventPublisher
    private let budget: RetryBudget

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
    /// - Throws: ``MicroError`` with `invalidArgument` or `unsupported`; the message names the setting.
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
    /// - Parameter callerName: The service that the client belongs to; nil for a client on its own.
    init(_ configuration: Configuration, components: Components, callerName: String? = nil) {
        self.components = components
        self.configuration = configuration
        self.callerName = callerName
        let codecs = Codecs(configuration.codecs)
        descriptors = CallDescriptorCache(codecs: codecs)
        budget = RetryBudget(ratio: configuration.retryRatio)
        publisher = EventPublisher(broker: components.broker, codecs: codecs, service: callerName)
        selector = NodeSelector(
            registry: components.registry, transportName: components.transport.name, strategy: configuration.strategy)
    }

    /// Calls an endpoint of a service and returns its response.
    ///
    /// - Parameters:
    ///   - service: The name of the service, such as `greeter`.
    ///   - endpoint: The name of the endpoint, such as `Greeter.Hello`.
    ///   - request: The message.
    ///   - options: Options of this call.
    ///   - type: The type of the response.
    /// - Throws: ``MicroError``: an error of the service, with its name as origin; `notFound` with the origin
    ///   ``MicroError/Origin/client`` if no node of the service is known, and with ``MicroError/Origin/server`` if the
    ///   service has no such endpoint; `unavailable` if no node can be reached. Or `CancellationError`.
    public func call<Request: Sendable, Response: Sendable>(
        _ service: String, _ endpoint: String, _ request: Request, options: CallOptions = .init(),
        returning type: Response.Type = Response.self
    ) async throws -> Response {
        let descriptor: CallDescriptor<Request, Response> = descriptors.descriptor(service, endpoint)
        let (contentType, body) = try descriptor.encode(request, as: options.contentType)
        let call = TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: headers(options), body: body,
            deadline: InheritedCallContext.deadline(
                options.timeout ?? configuration.requestTimeout, isInherited: options.inheritsDeadline))
        let retryExecutor = retryExecutor(options) { [transport = components.transport] request, node in
            try await LegacyRPC.call(request, to: node, over: transport)
        }
        return try await descriptor.metrics.measure {
            let response = try await CallTracing.call(call, descriptor.metrics.method) { call in
                guard !configuration.interceptors.isEmpty else { return try await retryExecutor.run(call) }
                return try await configuration.interceptors[...].call(call, retryExecutor.run)
            }
            return try descriptor.decode(response)
        }
    }

    /// Opens a stream to an endpoint that is called by stream.
    ///
    /// Only the opening request is tried again, and only where that is safe. The method may return before the service has
    /// responded: the first read of the stream throws if the service refuses it.
    ///
    /// - Parameters:
    ///   - service: The name of the service, such as `chat`.
    ///   - endpoint: The name of the endpoint, such as `Chat.Talk`.
    ///   - outgoing: The type of the messages to send.
    ///   - incoming: The type of the messages to receive.
    ///   - options: Options of this stream. Without a timeout it has no deadline of its own; in a handler it ends at the
    ///     deadline of the request that is being handled.
    /// - Throws: As ``call(_:_:_:options:returning:)``; `notFound` for an endpoint that is not called by stream;
    ///   `unsupported` if the transport has no streams, or no codec can encode `outgoing` and decode `incoming`.
    public func stream<Outgoing: Sendable, Incoming: Sendable>(
        _ service: String, _ endpoint: String, sending outgoing: Outgoing.Type = Outgoing.self,
        receiving incoming: Incoming.Type = Incoming.self, options: CallOptions = .init()
    ) async throws -> MessageStream<Outgoing, Incoming> {
        let descriptor: CallDescriptor<Outgoing, Incoming> = descriptors.descriptor(service, endpoint)
        let (contentType, encode, decode) = try descriptor.streamCodec(options.contentType)
        let openRequest = TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: headers(options),
            deadline: InheritedCallContext.deadline(
                options.timeout ?? Self.maxStreamDuration, isInherited: options.inheritsDeadline))
        let retryExecutor = retryExecutor(options) { [transport = components.transport] in
            try await transport.open($0, to: Address($1))
        }
        let (start, metrics) = (ContinuousClock.now, descriptor.metrics)
        do {
            let stream = try await CallTracing.open(openRequest, metrics.method) { openRequest in
                try await configuration.interceptors[...].open(openRequest, retryExecutor.run)
            }
            let measuredStream = stream.intercepted(onEnd: { metrics.record(since: start, $0) })
            return MessageStream(measuredStream, encode: encode) { message in
                do { return try decode(message) } catch {
                    // A stream cannot be resynchronized after a decoding failure.
                    measuredStream.cancel()
                    throw error
                }
            }
        } catch {
            metrics.record(since: start, error)
            throw error
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
    /// - Throws: As ``MicroCore/Broker/publish(_:to:)``; `unsupported` or `invalidArgument` if the event cannot be encoded.
    public func publish(_ event: some Sendable, to topic: String, headers: Headers = [:]) async throws {
        try await publisher.publish(event, to: topic, headers: headers)
    }

    /// Ends the watches of the client, and closes the adapters that the client created from its settings. Closing twice
    /// has no effect.
    public func close() async {
        await selector.close()
        await components.close()
    }

    /// A year: transports need a deadline, and this one has no practical effect.
    private static let maxStreamDuration = Duration.seconds(365 * 24 * 3600)

    private func headers(_ options: CallOptions) -> Headers {
        var headers = options.headers
        if let inherited = InheritedCallContext.current?.headers {
            for field in inherited where headers[field.name] == nil { headers.add(field.name, field.value) }
        }
        if let callerName { headers[GoMicroHeaderName.fromService] = callerName }
        return headers
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
