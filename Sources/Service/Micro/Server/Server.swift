// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Logging
public import MicroCore
import NIOCore
import Synchronization

/// The endpoints of a service, and the way from an encoded request to an encoded response.
///
/// It listens to nothing by itself: give ``respond(to:)`` to a `TransportListener`, or use `Microservice`.
public final class Server: Sendable {
    private let identity: ServerIdentity
    private let codecs: Codecs
    private let interceptors: [any ServerInterceptor]
    /// How many calls and streams may be answered at a time; nil: as many as come.
    private let limit: Int?
    private let inFlight = Atomic(0)
    private let start = ContinuousClock.now
    private let handlers = Mutex<(byName: [String: EndpointHandler], problem: MicroError?)>(([:], nil))
    /// Counts the calls of endpoints that there are not, whose names could be any number.
    private let unknownEndpointMetrics: CallMetrics

    init(_ identity: ServerIdentity, codecs: Codecs, interceptors: [any ServerInterceptor] = [], limit: Int? = nil) {
        self.identity = identity
        self.codecs = codecs
        self.interceptors = interceptors
        self.limit = limit
        unknownEndpointMetrics = CallMetrics(.server, identity.name, "_OTHER")
    }

    private var name: String { identity.name }

    /// Answers an endpoint. What is wrong with it (there is one of the name, no codec knows its types) is thrown when
    /// the service starts.
    ///
    /// - Parameters:
    ///   - endpoint: Its name, such as `Greeter.Hello`.
    ///   - mayBlock: Whether the handler may block its thread or compute for long. One that never does is run where the
    ///     transport runs, such as on an event loop, which is faster; if it blocks nevertheless, other calls wait.
    ///   - handler: Answers a request. A ``MicroError`` that it throws goes to the caller as it is, any other error as
    ///     `internal` without its text. Its task is cancelled at the deadline; calls that it makes do not outlast that.
    public func handle<Request: Sendable, Response: Sendable>(
        _ endpoint: String, mayBlock: Bool = true,
        _ handler: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        add(
            EndpointHandler(
                name: endpoint, of: identity, codecs: codecs, execution: HandlerExecution(mayBlock: mayBlock),
                body: handler), "\(Request.self)", "\(Response.self)")
    }

    /// Answers an endpoint that is called by stream. What is wrong with it is thrown when the service starts.
    ///
    /// - Parameters:
    ///   - endpoint: Its name, such as `Chat.Talk`.
    ///   - mayBlock: As in ``handle(_:mayBlock:_:)``.
    ///   - handler: Holds one stream until it returns, which is the stream's end; what it throws reaches the caller after
    ///     the messages that were sent before. Its task is cancelled at the deadline of the stream, if it has one, and when
    ///     the caller has gone.
    public func handleStream<Incoming: Sendable, Outgoing: Sendable>(
        _ endpoint: String, mayBlock: Bool = true,
        _ handler:
            @escaping @concurrent @Sendable (MessageStream<Outgoing, Incoming>, RequestContext) async throws -> Void
    ) {
        add(
            EndpointHandler(
                name: endpoint, of: identity, codecs: codecs, execution: HandlerExecution(mayBlock: mayBlock),
                streamBody: handler), "\(Incoming.self)", "\(Outgoing.self)")
    }

    private func add(_ entry: EndpointHandler, _ incoming: String, _ outgoing: String) {
        let endpoint = entry.endpoint.name
        handlers.withLock { handlers in
            if let present = handlers.byName[endpoint], !present.isBuiltIn {
                handlers.problem = Self.invalid("\(name) has two handlers of \(endpoint)")
            } else if !entry.hasCodec {
                handlers.problem = Self.invalid(
                    "no codec of \(name) can read \(incoming) and write \(outgoing) for \(endpoint): make them Codable")
            }
            handlers.byName[endpoint] = entry
        }
    }

    /// Answers an endpoint that every service has and that is not in the registry. A handler of the service's own of
    /// that name goes before it.
    func handleBuiltIn<Request: Sendable, Response: Sendable>(
        _ endpoint: String,
        _ handler: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        let entry = EndpointHandler(
            name: endpoint, of: identity, codecs: codecs, execution: .inline, isBuiltIn: true, body: handler)
        // Without a codec for it there is no such endpoint.
        guard !entry.handlersByContentType.isEmpty else { return }
        handlers.withLock { $0.byName[endpoint] = entry }
    }

    /// Answers one encoded request. Whoever calls it cancels its task at the deadline, as transports do.
    ///
    /// - Throws: ``MicroError``: what the handler throws; `notFound` for an unknown endpoint, `invalidArgument` for a
    ///   message that cannot be read, `deadlineExceeded` when it was cancelled at the deadline.
    ///
    /// A request in an envelope of go-micro's first protocol is answered in one, errors too.
    public func respond(to request: TransportRequest) async throws -> TransportResponse {
        guard let envelope = LegacyRPCEnvelope(request, for: name) else { return try await process(request) }
        return try await envelope.respond { try await self.process($0) }
    }

    private func process(_ request: TransportRequest) async throws -> TransportResponse {
        let handler = handlers.withLock { $0.byName[request.endpoint] }
        return try await recordingMetrics(request, handler) {
            guard !self.interceptors.isEmpty else { return try await self.dispatch(request, handler) }
            return try await self.interceptors[...].respond(to: request) { try await self.dispatch($0, handler) }
        }
    }

    /// The way to hold streams with an endpoint; nil if it is not called by stream.
    public func streamHandler(of endpoint: String) -> TransportStreamHandler? {
        guard let handler = handlers.withLock({ $0.byName[endpoint] }), !handler.streamHandlersByContentType.isEmpty
        else { return nil }
        return { request, stream in
            try await self.recordingMetrics(request, handler) {
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
                .notFound, "\(request.endpoint) of \(name) is called by stream", origin: MicroError.Origin.server)
        }
        let run = try selectHandler(from: handler.handlersByContentType, for: request)
        return try await executeHandler(request, handler) { context in try await run(request.body, context) }
    }

    /// Tells metrics and traces of a request.
    private func recordingMetrics<Response>(
        _ request: TransportRequest, _ handler: EndpointHandler?, _ body: () async throws -> Response
    ) async throws -> Response {
        let metrics = handler?.metrics ?? unknownEndpointMetrics
        let start = ContinuousClock.now
        do {
            let response = try await CallTracing.serve(request, metrics.method, body)
            metrics.record(since: start, nil)
            return response
        } catch {
            // Only those of interceptors are not made fit for the caller yet.
            let responseError = error is MicroError ? error : failure(of: request, handler, error)
            metrics.record(since: start, responseError)
            throw responseError
        }
    }

    /// Runs what answers a request, and makes of its errors what the caller may see.
    private func executeHandler<Response>(
        _ request: TransportRequest, _ handler: EndpointHandler, _ body: (RequestContext) async throws -> Response
    ) async throws -> Response {
        let context = RequestContext(
            service: request.service, endpoint: request.endpoint, headers: request.headers, deadline: request.deadline,
            logger: handler.logger)
        if !handler.isBuiltIn { try admit() }
        let start = ContinuousClock.now
        handler.statistics.begin()
        var failed = true
        defer {
            handler.statistics.end(after: .now - start, failed: failed)
            if !handler.isBuiltIn { inFlight.wrappingSubtract(1, ordering: .relaxed) }
        }
        do {
            let response = try await body(context)
            failed = false
            return response
        } catch {
            throw failure(of: request, handler, error)
        }
    }

    /// What the caller is told of an error.
    private func failure(
        of request: TransportRequest, _ handler: EndpointHandler?, _ error: any Error
    ) -> MicroError {
        if error is MicroError || (error is CancellationError && Task.isCancelled) {
            return MicroError(respondingTo: request, with: error)
        }
        // The caller gets no text of a foreign error, so that it has to be found here. A cancellation that is not
        // this request's is one.
        (handler?.logger ?? identity.logger).error("the handler failed", metadata: ["error": "\(error)"])
        return MicroError(respondingTo: request, with: HandlerFailure(cause: error))
    }

    /// Refuses what is too much before it costs anything: the caller may go elsewhere at once.
    private func admit() throws {
        let count = inFlight.wrappingAdd(1, ordering: .relaxed).newValue
        guard let limit, count > limit else { return }
        inFlight.wrappingSubtract(1, ordering: .relaxed)
        throw MicroError(
            .resourceExhausted, "\(name) answers \(limit) calls already, which is its limit: try another instance",
            origin: MicroError.Origin.server, isSafeToRetry: true)
    }

    /// What was answered so far.
    var statistics: Statistics.Response {
        let handlers = handlers.withLock { $0.byName.filter { !$0.value.isBuiltIn } }
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Statistics.Response(
            uptime: Double(seconds) + Double(attoseconds) / 1e18, endpoints: handlers.mapValues(\.statistics.summary))
    }

    /// The endpoints, by name, as they go into the registry.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` when one of them cannot work.
    func endpoints() throws -> [Endpoint] {
        try handlers.withLock { handlers in
            if let problem = handlers.problem { throw problem }
            return handlers.byName.values.filter { !$0.isBuiltIn }.map(\.endpoint).sorted { $0.name < $1.name }
        }
    }

    private func selectHandler<EncodedHandler>(
        from handlersByContentType: [String: EncodedHandler], for request: TransportRequest
    ) throws -> EncodedHandler {
        guard let run = handlersByContentType[request.contentType] else {
            let supportedTypes = handlersByContentType.keys.sorted().joined(separator: ", ")
            throw MicroError(
                .invalidArgument,
                "\(request.endpoint) of \(name) cannot read \"\(request.contentType)\": it reads \(supportedTypes)",
                origin: MicroError.Origin.server)
        }
        return run
    }

    /// Any error of a handler that is not meant for the caller.
    private struct HandlerFailure: Error { let cause: any Error }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.server)
    }
}
