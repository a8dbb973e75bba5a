// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Configuration
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
    private let codecs: Codecs
    private let selector: Selector
    private let settings: Configuration
    private let ownName: String?
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
    ///   - backends: The adapters to choose from by name.
    ///   - settings: What holds for all calls; by default what the configuration says.
    ///   - configuration: The settings; by default the environment.
    /// - Throws: ``MicroError`` with `invalidArgument` or `unsupported` that names the wrong setting.
    public convenience init(
        registry: (any Registry)? = nil, transport: (any Transport)? = nil, broker: (any Broker)? = nil,
        codecs: [any Codec] = [JSONCodec()], backends: Backends = .builtIn, settings: Configuration? = nil,
        configuration: ConfigReader? = nil
    ) throws {
        let configuration = configuration ?? .environment
        self.init(
            components: try Components(
                registry: registry, transport: transport, broker: broker, backends: backends,
                configuration: configuration),
            codecs: Codecs(codecs), settings: try settings ?? Configuration(configReader: configuration), ownName: nil)
    }

    init(components: Components, codecs: Codecs, settings: Configuration, ownName: String?) {
        self.components = components
        self.codecs = codecs
        self.settings = settings
        self.ownName = ownName
        budget = RetryBudget(ratio: settings.retryRatio)
        publisher = EventPublisher(broker: components.broker, codecs: codecs, service: ownName)
        selector = Selector(
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
        let (contentType, body) = try codecs.encode(request)
        let timeout = options.timeout ?? settings.requestTimeout
        let response = try await send(
            TransportRequest(
                service: service, endpoint: endpoint, contentType: contentType, headers: headers(of: options),
                body: body,
                deadline: InheritedDeadline.ofCall(timeout, isInherited: options.inheritsDeadline)),
            options
        ) { [transport = components.transport] in try await transport.call($0, to: $1) }
        return try decode(response, of: endpoint)
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
        let (contentType, encode, decode) = try codecs.pair(sending: outgoing, receiving: incoming)
        let request = TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: headers(of: options),
            deadline: InheritedDeadline.ofCall(
                options.timeout ?? Self.longestStream, isInherited: options.inheritsDeadline))
        let stream = try await send(request, options) { [transport = components.transport] in
            try await transport.open($0, to: $1)
        }
        return MessageStream(stream) { message in
            var body = ByteBuffer()
            try Codecs.encode(message, into: &body, by: encode, contentType)
            return body
        } decode: { message in
            do { return try Self.decode(message, of: endpoint, by: decode) } catch {
                // Nobody can make anything of what follows.
                stream.cancel()
                throw error
            }
        }
    }

    /// A year: what transports take for a deadline, and as good as none.
    private static let longestStream = Duration.seconds(365 * 24 * 3600)

    private func headers(of options: CallOptions) -> Headers {
        var headers = options.headers
        if let ownName { headers["Micro-From-Service"] = ownName }
        return headers
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

    /// Sends the request to one node after the other until one answers, the attempts are used up or time is over.
    private func send<Response>(
        _ request: TransportRequest, _ options: CallOptions,
        by send: (TransportRequest, Address) async throws -> Response
    ) async throws -> Response {
        let retries = options.retries ?? settings.retries
        var tried: Set<String> = []
        var attempt = 0
        budget.callBegins()
        while true {
            let node = try await selector.pick(request.service, avoiding: tried, deadline: request.deadline)
            do {
                let response = try await send(request, Address(node))
                selector.report(request.service, node: node.id, hasFailed: false)
                return response
            } catch let error as MicroError {
                // What the service itself passes on from elsewhere says nothing of its node.
                if error.code == .unavailable, MicroError.Origin.isToolkit(error.origin) {
                    selector.report(request.service, node: node.id, hasFailed: true)
                }
                let mayPass = error.code == .unavailable || error.code == .resourceExhausted
                let mayRepeat = mayPass && (error.isSafeToRetry || options.isIdempotent)
                guard mayRepeat, attempt < retries, .now < request.deadline, budget.take() else { throw error }
                options.onRetry?(error)
                if !tried.insert(node.id).inserted {
                    try await Task.sleep(for: settings.backoff.delay(attempt: attempt))
                }
                attempt += 1
            }
        }
    }

    private func decode<Response>(_ response: TransportResponse, of endpoint: String) throws -> Response {
        guard let decode = codecs[response.contentType]?.decoder(for: Response.self) else {
            throw MicroError(
                .unsupported, "\(endpoint) answered in \(response.contentType), which gives no \(Response.self) here",
                origin: MicroError.Origin.client)
        }
        return try Self.decode(response.body, of: endpoint, by: decode)
    }

    private static func decode<Response>(
        _ body: ByteBuffer, of endpoint: String, by decode: (ByteBuffer) throws -> Response
    ) throws -> Response {
        do { return try decode(body) } catch {
            throw MicroError(
                .internal, "cannot read the answer of \(endpoint): \(error)", origin: MicroError.Origin.client,
                cause: error)
        }
    }
}
