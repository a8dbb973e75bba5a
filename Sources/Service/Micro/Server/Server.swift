// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import Logging
import MicroCore
import NIOCore
import Synchronization

/// Dispatches encoded requests and streams to the endpoint handlers of a service.
final class Server: Sendable {
    private let identity: ServerIdentity
    private let interceptors: [any ServerInterceptor]
    private let limiter: ConcurrencyLimiter
    private let handlers = Mutex<(byName: [String: EndpointHandler], configurationError: MicroError?)>(([:], nil))
    /// Shared by all unknown endpoints, because callers can use any number of unknown names.
    private let unknownEndpointMetrics: CallMetrics

    init(_ identity: ServerIdentity, interceptors: [any ServerInterceptor] = [], concurrencyLimit: Int? = nil) {
        self.identity = identity
        self.interceptors = interceptors
        limiter = ConcurrencyLimiter(service: identity.name, limit: concurrencyLimit)
        unknownEndpointMetrics = CallMetrics(.server, identity.name, CallMetrics.otherMethod)
    }

    private var name: String { identity.name }

    // MARK: Handlers

    /// Adds a handler of an endpoint; its message shapes are derived from the types.
    func handle<Request: Sendable, Response: Sendable>(
        _ endpoint: String, mayBlock: Bool = true,
        _ handler: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        handle(EndpointDescriptor(endpoint), mayBlock: mayBlock, handler)
    }

    /// Adds a handler of an endpoint: see ``Microservice/handle(_:mayBlock:_:)``.
    func handle<Request: Sendable, Response: Sendable>(
        _ endpoint: EndpointDescriptor<Request, Response>, mayBlock: Bool = true,
        _ handler: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        add(
            EndpointHandler(endpoint, of: identity, execution: HandlerExecution(mayBlock: mayBlock), body: handler),
            "\(Request.self)", "\(Response.self)")
    }

    /// Adds a handler of an endpoint: see ``Microservice/handleWithHeaders(_:mayBlock:_:)``.
    func handleWithHeaders<Request: Sendable, Response: Sendable>(
        _ endpoint: String, mayBlock: Bool,
        _ handler:
            @escaping @concurrent @Sendable (Request, RequestContext) async throws -> ResponseWithHeaders<Response>
    ) {
        add(
            EndpointHandler(
                EndpointDescriptor<Request, Response>(endpoint), of: identity,
                execution: HandlerExecution(mayBlock: mayBlock), body: handler,
                split: { ($0.response, $0.headers) }),
            "\(Request.self)", "\(Response.self)")
    }

    /// Adds a handler of a streaming endpoint: see ``Microservice/handleStream(_:mayBlock:_:)``.
    func handleStream<Incoming: Sendable, Outgoing: Sendable>(
        _ endpoint: EndpointDescriptor<Incoming, Outgoing>, mayBlock: Bool = true,
        _ handler:
            @escaping @concurrent @Sendable (MessageStream<Outgoing, Incoming>, RequestContext) async throws -> Void
    ) {
        add(
            EndpointHandler(
                endpoint, of: identity, execution: HandlerExecution(mayBlock: mayBlock), streamBody: handler),
            "\(Incoming.self)", "\(Outgoing.self)")
    }

    /// Adds an endpoint that every service has and that the registry does not list. A handler that the service adds under
    /// the same name replaces it. Without a codec for its types the endpoint does not exist.
    func handleBuiltIn<Request: Sendable, Response: Sendable>(
        _ endpoint: String,
        _ handler: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        let endpointHandler = EndpointHandler(
            EndpointDescriptor(endpoint), of: identity, execution: .inline, isBuiltIn: true, body: handler)
        guard endpointHandler.hasCodec else { return }
        handlers.withLock { $0.byName[endpoint] = endpointHandler }
    }

    private func add(_ handler: EndpointHandler, _ incoming: String, _ outgoing: String) {
        let endpoint = handler.endpoint.name
        handlers.withLock { handlers in
            if let existing = handlers.byName[endpoint], !existing.isBuiltIn {
                handlers.configurationError = .invalidHandler("\(name) has two handlers of \(endpoint)")
            } else if !handler.hasCodec {
                handlers.configurationError = .invalidHandler(
                    "no codec of \(name) can decode \(incoming) and encode \(outgoing) for \(endpoint): "
                        + "make them Codable")
            }
            handlers.byName[endpoint] = handler
        }
    }

    /// The endpoints for the registry, sorted by name.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if a handler is not valid.
    func endpoints() throws -> [Endpoint] {
        try handlers.withLock { handlers in
            if let error = handlers.configurationError { throw error }
            return handlers.byName.values.filter { !$0.isBuiltIn }.map(\.endpoint).sorted { $0.name < $1.name }
        }
    }

    // MARK: Built-in endpoints

    /// Adds `Debug.Health`, `Debug.Stats` and `Debug.Endpoints`: see ``DebugEndpoints``.
    ///
    /// - Parameters:
    ///   - health: The health of the service, for `Debug.Health` and the probes.
    ///   - subscriptions: The statistics of its subscriptions.
    func addDebugEndpoints(
        health: ServiceHealth,
        subscriptions: @escaping @Sendable () -> [DebugEndpoints.SubscriptionSummary] = { [] }
    ) {
        let started = Date()
        addBuiltIn(DebugEndpoints.health) { .health(await health.status) }
        addBuiltIn(DebugEndpoints.live) { .health(.ok) }
        addBuiltIn(DebugEndpoints.ready) {
            try await health.checkReadiness()
            return .health(.ok)
        }
        addBuiltIn(DebugEndpoints.stats) { [weak self] in
            let summaries = self?.endpointSummaries.values.map(\.self) ?? []
            return .stats(
                started: started, calls: summaries.reduce(0) { $0 &+ $1.calls },
                errors: summaries.reduce(0) { $0 &+ $1.errors })
        }
        handleBuiltIn(DebugEndpoints.endpoints) { [weak self] (_: DebugEndpoints.Request, _) in
            DebugEndpoints.EndpointsSummary(
                uptime: Date().timeIntervalSince(started), endpoints: self?.endpointSummaries ?? [:],
                subscriptions: subscriptions())
        }
    }

    private func addBuiltIn(_ endpoint: String, _ message: @escaping @Sendable () async throws -> DebugMessage) {
        let handler = EndpointHandler(
            builtIn: endpoint, of: identity,
            responsesByContentType: [
                "application/json": { _ in try await message().json },
                "application/protobuf": { try await message().protobuf(forLegacyCaller: $0.usesLegacyNames) },
            ])
        handlers.withLock { $0.byName[endpoint] = handler }
    }

    /// The statistics of all endpoints that are not built in.
    var endpointSummaries: [String: EndpointStatistics.Summary] {
        handlers.withLock { $0.byName.filter { !$0.value.isBuiltIn } }.mapValues(\.statistics.summary)
    }

    // MARK: Requests

    /// Responds to an encoded request, including requests in an envelope of go-micro's protocol before v1.0. The caller
    /// must cancel the task at the deadline, as transports do.
    ///
    /// - Throws: ``/MicroCore/MicroError``: the error of the handler; `notFound` for an unknown endpoint, `invalidArgument` for a message
    ///   that cannot be decoded, `deadlineExceeded` if the task was cancelled at the deadline.
    func respond(to request: TransportRequest) async throws -> TransportResponse {
        // A separate path, because most requests have no envelope and should not pay for an asynchronous closure.
        guard LegacyRPC.hasEnvelope(request) else { return try await handle(request) }
        return try await LegacyRPC.respond(to: request, service: name) { try await self.handle($0) }
    }

    /// Responds to a request without an envelope.
    private func handle(_ request: TransportRequest) async throws -> TransportResponse {
        var request = request
        if request.service.isEmpty { request.service = name }
        let handler = handlers.withLock { $0.byName[request.endpoint] }
        return try await measure(request, handler) { [request] in
            // Skip interceptors for probes: an orchestrator sends no credentials that an interceptor could check.
            guard !interceptors.isEmpty, handler?.isProbe != true else { return try await dispatch(request, handler) }
            return try await interceptors[...].respond(to: request) { try await self.dispatch($0, handler) }
        }
    }

    /// The handler of the streams of an endpoint; nil if the endpoint is not a streaming endpoint.
    func streamHandler(of endpoint: String) -> TransportStreamHandler? {
        guard let handler = handlers.withLock({ $0.byName[endpoint] }), !handler.streamHandlersByContentType.isEmpty
        else { return nil }
        return { request, stream in
            var request = request
            // In the protocol before v1.0, only the body contains the endpoint, and the service is not sent.
            if request.service.isEmpty { request.service = self.name }
            return try await self.measure(request, handler) {
                try await self.interceptors[...].serve(stream, of: request) { request, stream in
                    let run = try self.selectHandler(from: handler.streamHandlersByContentType, for: request)
                    try await self.executeHandler(request, handler) { context in try await run(stream, context) }
                }
            }
        }
    }

    private func dispatch(
        _ request: TransportRequest, _ handler: EndpointHandler?
    ) async throws -> TransportResponse {
        guard let handler else {
            throw MicroError(
                .notFound, "\(name) has no endpoint \(request.endpoint)", origin: MicroError.Origin.server)
        }
        guard !handler.handlersByContentType.isEmpty else {
            throw MicroError(
                .notFound, "\(request.endpoint) of \(name) is a streaming endpoint: open a stream to it",
                origin: MicroError.Origin.server)
        }
        let run = try selectHandler(from: handler.handlersByContentType, for: request)
        return try await executeHandler(request, handler) { context in try await run(request.body, context) }
    }

    private func selectHandler<EncodedHandler>(
        from handlersByContentType: [String: EncodedHandler], for request: TransportRequest
    ) throws -> EncodedHandler {
        guard let handler = handlersByContentType[MediaType.essence(of: request.contentType)] else {
            let supportedTypes = handlersByContentType.keys.sorted().joined(separator: ", ")
            let problem =
                request.contentType.isEmpty
                ? "needs the media type of the message, such as the header Content-Type"
                : "cannot decode \"\(request.contentType)\""
            throw MicroError(
                .invalidArgument, "\(request.endpoint) of \(name) \(problem): use one of \(supportedTypes)",
                origin: MicroError.Origin.server)
        }
        return handler
    }

    /// Records the metrics and the span of a request.
    private func measure<Response>(
        _ request: TransportRequest, _ handler: EndpointHandler?, _ body: () async throws -> Response
    ) async throws -> Response {
        let metrics = handler?.metrics ?? unknownEndpointMetrics
        return try await metrics.measure {
            do { return try await CallTracing.serve(request, metrics.method, body) } catch {
                throw interceptedError(error, for: request, handler)
            }
        }
    }

    /// The error for the caller. Errors of the handler are already mapped; errors of interceptors are not.
    private func interceptedError(
        _ error: any Error, for request: TransportRequest, _ handler: EndpointHandler?
    ) -> any Error {
        guard let microError = error as? MicroError else { return responseError(for: request, handler, error) }
        // The server itself uses only the origin `server`. With another origin of the toolkit, the caller would treat the
        // error of a call that an interceptor made as a refusal of its own call, and repeat it.
        guard microError.origin != MicroError.Origin.server, MicroError.Origin.isToolkit(microError.origin) else {
            return error
        }
        return microError.rethrown(by: request.service)
    }

    /// Runs a handler within the concurrency limit, and maps its errors.
    private func executeHandler<Response>(
        _ request: TransportRequest, _ handler: EndpointHandler, _ body: (RequestContext) async throws -> Response
    ) async throws -> Response {
        let context = RequestContext(
            service: request.service, endpoint: request.endpoint, headers: request.headers,
            client: identity.client, logger: handler.logger, usesLegacyNames: request.usesLegacyNames,
            monotonicDeadline: request.monotonicDeadline)
        if !handler.isBuiltIn { try limiter.acquire() }
        let start = ContinuousClock.now
        handler.statistics.begin()
        var failed = true
        defer {
            handler.statistics.end(after: .now - start, failed: failed)
            if !handler.isBuiltIn { limiter.release() }
        }
        do {
            let response = try await body(context)
            failed = false
            return response
        } catch {
            throw responseError(for: request, handler, error)
        }
    }

    /// The error that the caller gets.
    private func responseError(
        for request: TransportRequest, _ handler: EndpointHandler?, _ error: any Error
    ) -> MicroError {
        if error is MicroError || (error is CancellationError && Task.isCancelled) {
            return MicroError(respondingTo: request, with: error)
        }
        // Logged, because the caller does not get the text of any other error. That includes a `CancellationError` when
        // this request was not cancelled.
        (handler?.logger ?? identity.logger).error("handler failed", metadata: ["cause": "\(error)"])
        return MicroError(respondingTo: request, with: HandlerFailure(cause: error))
    }

    /// An error of a handler whose text must not reach the caller.
    private struct HandlerFailure: Error { let cause: any Error }
}
