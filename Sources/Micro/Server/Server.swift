// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
public import MicroCore
import NIOCore
import Synchronization

/// The endpoints of a service, and the way from an encoded request to an encoded response.
///
/// It listens to nothing by itself: give ``respond(to:)`` to a `TransportListener`, or use `Microservice`.
public final class Server: Sendable {
    private let name: String
    private let codecs: Codecs
    private let logger: Logger
    private let handlers = Mutex<(byName: [String: EndpointHandler], problem: MicroError?)>(([:], nil))

    init(name: String, codecs: Codecs, logger: Logger) {
        self.name = name
        self.codecs = codecs
        self.logger = logger
    }

    /// Answers an endpoint. What is wrong with it (there is one of the name, no codec knows its types) is thrown when
    /// the service starts.
    ///
    /// - Parameters:
    ///   - endpoint: Its name, such as `Greeter.Hello`.
    ///   - handler: Answers a request. It may block. A ``MicroError`` that it throws goes to the caller as it is, any
    ///     other error as `internal` without its text. Its task is cancelled at the deadline.
    public func handle<Request: Sendable, Response: Sendable>(
        _ endpoint: String, _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Response
    ) {
        let entry = entry(endpoint, handler)
        handlers.withLock { handlers in
            if let present = handlers.byName[endpoint], !present.isBuiltIn {
                handlers.problem = Self.invalid("\(name) has two handlers of \(endpoint)")
            } else if entry.runs.isEmpty {
                handlers.problem = Self.invalid(
                    "no codec of \(name) can read \(Request.self) and write \(Response.self) for \(endpoint): make them "
                        + "Codable")
            }
            handlers.byName[endpoint] = entry
        }
    }

    /// Answers an endpoint that every service has and that is not in the registry. A handler of the service's own of
    /// that name goes before it.
    func handleBuiltIn<Request: Sendable, Response: Sendable>(
        _ endpoint: String, _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Response
    ) {
        var entry = entry(endpoint, handler)
        entry.isBuiltIn = true
        // Without a codec for it there is no such endpoint.
        guard !entry.runs.isEmpty else { return }
        handlers.withLock { [entry] in $0.byName[endpoint] = entry }
    }

    private func entry<Request: Sendable, Response: Sendable>(
        _ endpoint: String, _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Response
    ) -> EndpointHandler {
        var logger = logger
        logger[metadataKey: "endpoint"] = "\(endpoint)"
        return EndpointHandler(name: endpoint, codecs: codecs, logger: logger, body: handler)
    }

    /// Answers one encoded request, by its deadline.
    ///
    /// - Throws: ``MicroError``: what the handler throws; `notFound` for an unknown endpoint, `invalidArgument` for a
    ///   message that cannot be read, `deadlineExceeded`.
    public func respond(to request: TransportRequest) async throws -> TransportResponse {
        let (run, logger) = try handler(of: request)
        let context = RequestContext(
            service: request.service, endpoint: request.endpoint, headers: request.headers, deadline: request.deadline,
            logger: logger)
        do {
            let body = try await withDeadline(request.deadline, orThrow: self.tooLate(request)) {
                try await run(request.body, context)
            }
            return TransportResponse(contentType: request.contentType, body: body)
        } catch {
            if error is MicroError || (error is CancellationError && Task.isCancelled) {
                throw MicroError(answering: request, with: error)
            }
            // The caller gets no text of a foreign error, so that it has to be found here. A cancellation that is not
            // this request's is one.
            logger.error("the handler failed", metadata: ["error": "\(error)"])
            throw MicroError(answering: request, with: HandlerFailure(cause: error))
        }
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

    private func handler(of request: TransportRequest) throws -> (EndpointHandler.Run, Logger) {
        guard let handler = handlers.withLock({ $0.byName[request.endpoint] }) else {
            throw MicroError(
                .notFound, "\(name) has no endpoint \(request.endpoint)", origin: MicroError.Origin.server)
        }
        guard let run = handler.runs[request.contentType] else {
            let readable = handler.runs.keys.sorted().joined(separator: ", ")
            throw MicroError(
                .invalidArgument,
                "\(request.endpoint) of \(name) cannot read \"\(request.contentType)\": it reads \(readable)",
                origin: MicroError.Origin.server)
        }
        return (run, handler.logger)
    }

    /// Any error of a handler that is not meant for the caller.
    private struct HandlerFailure: Error { let cause: any Error }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.server)
    }

    private func tooLate(_ request: TransportRequest) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(request.endpoint) of \(name) did not finish by the caller's deadline",
            origin: MicroError.Origin.server)
    }
}
