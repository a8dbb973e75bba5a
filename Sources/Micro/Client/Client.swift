// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Configuration
public import MicroCore

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
        var headers = options.headers
        if let ownName { headers["Micro-From-Service"] = ownName }
        let response = try await send(
            TransportRequest(
                service: service, endpoint: endpoint, contentType: contentType, headers: headers, body: body,
                deadline: .now + (options.timeout ?? settings.requestTimeout)),
            options)
        return try decode(response, of: endpoint)
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
    private func send(_ request: TransportRequest, _ options: CallOptions) async throws -> TransportResponse {
        let retries = options.retries ?? settings.retries
        var tried: Set<String> = []
        var attempt = 0
        while true {
            let node = try await selector.pick(request.service, avoiding: tried, deadline: request.deadline)
            do {
                return try await components.transport.call(request, to: Address(node))
            } catch let error as MicroError {
                let mayPass = error.code == .unavailable || error.code == .resourceExhausted
                let mayRepeat = mayPass && (error.isSafeToRetry || options.isIdempotent)
                guard mayRepeat, attempt < retries, .now < request.deadline else { throw error }
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
        do { return try decode(response.body) } catch {
            throw MicroError(
                .internal, "cannot read the answer of \(endpoint): \(error)", origin: MicroError.Origin.client,
                cause: error)
        }
    }
}
