// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import HTTPTypes
import Hummingbird
import Logging
import MicroCore
import NIOCore
import NIOHTTP1

/// Applies the steps that all requests need: path, client, limits, authentication, CORS, errors, log, metrics.
struct EdgeResponder: HTTPResponder {
    let configuration: EdgeConfiguration
    let trustedProxies: [IPNetwork]
    let allowedClients: [IPNetwork]
    let hosts: HostPolicy
    let routes: @Sendable (Request, EdgeContext) async throws -> Response
    let webSockets: (@Sendable (Request, EdgeContext) async throws -> WebSocketUpgrade?)?
    let concurrency: ConcurrencyLimit
    let rateLimiter: RateLimiter?
    let health: EdgeHealth
    let metrics: EdgeMetrics
    let logger: Logger

    func respond(to request: Request, context: EdgeContext) async throws -> Response {
        guard let tracing = RequestTracing(configuration) else {
            return try await tracedResponse(to: request, context: context)
        }
        return try await tracing.serve(request) { try await tracedResponse(to: request, context: context) }
    }

    private func tracedResponse(to request: Request, context: EdgeContext) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        var response: Response
        do {
            try prepare(&context, for: request, at: start)
            response = try await serve(request, &context)
        } catch let error as CancellationError {
            // The client has disconnected, or the server stops without a drain: there is no client to respond to.
            throw error
        } catch let error as HTTPParserError {
            // The framing of the body is broken: the HTTP library responds with 400 and closes the connection.
            record(request, context, Response(status: .badRequest), since: start)
            throw error
        } catch {
            log(error, context)
            response = Response(failure: error)
        }
        configuration.compression?.apply(to: &response, for: request)
        configuration.cors?.apply(to: &response.headers, for: request)
        response.headers.set("X-Request-Id", context.requestID)
        response.removeForbiddenBody(for: request)
        record(request, context, response, since: start)
        return response
    }

    /// Fills the context from the header of the request.
    private func prepare(_ context: inout EdgeContext, for request: Request, at now: ContinuousClock.Instant) throws {
        context.deadline = now + configuration.limits.requestTimeout
        context.requestID = RequestIdentifier.make(from: request.headers.values(of: "X-Request-Id").first)
        context.logger[metadataKey: "request_id"] = "\(context.requestID)"
        context.scheme = configuration.tls == nil ? "http" : "https"
        let forwarded = request.headers.values(of: "X-Forwarded-For")
        context.clientAddress = ClientAddress.resolve(
            peer: context.peerAddress, forwarded: forwarded, trusted: trustedProxies)
        if trustedProxies.contains(where: { $0.contains(context.peerAddress) }) {
            context.forwardedFor = (forwarded + [context.peerAddress]).joined(separator: ", ")
            if let scheme = request.headers.values(of: "X-Forwarded-Proto").first, ["http", "https"].contains(scheme) {
                context.scheme = scheme
            }
        }
        let target = request.head.path ?? ""
        guard target.utf8.count <= configuration.limits.maxTargetLength else {
            throw RejectedRequest(
                .init(status: 414), "the target of the request exceeds \(configuration.limits.maxTargetLength) bytes")
        }
        context.path = try RequestPath(target: target)
        guard request.headers[values: .contentLength].count <= 1 else {
            throw RejectedRequest(.invalidArgument, "the request has more than one Content-Length")
        }
    }

    /// Decides whether to accept a WebSocket handshake, with the limits and the authentication of other requests.
    @Sendable func upgrade(_ head: HTTPRequest, _ channel: any Channel) async -> UpgradeDecision {
        guard let webSockets else { return .proceed }
        let start = ContinuousClock.now
        let request = Request(head: head, body: .init(buffer: ByteBuffer()))
        var context = EdgeContext(source: .init(channel: channel, logger: logger))
        do {
            try prepare(&context, for: request, at: start)
            guard OriginPolicy.allows(request, configuration.cors) else {
                throw RejectedRequest(.permissionDenied, "pages of this origin may not open a WebSocket")
            }
            try await admit(request, &context)
            let prepared = context
            let upgrade = try await withRequestDeadline(prepared.deadline) { try await webSockets(request, prepared) }
            guard let upgrade else { return .proceed }
            record(request, context, Response(status: .switchingProtocols), since: start)
            // The WebSocket counts as a running request until its connection is closed.
            channel.closeFuture.whenComplete { [permits = [context.permit, upgrade.permit]] _ in
                withExtendedLifetime(permits) {}
            }
            return .accept(upgrade)
        } catch is CancellationError {
            // The client has disconnected.
            return .reject(status: 503, headers: [:], body: ByteBuffer())
        } catch {
            log(error, context)
            var rejection = RejectedRequest(error)
            record(request, context, Response(failure: error), since: start)
            rejection.headers[.contentType] = "application/json"
            return .reject(
                status: rejection.error.code.status, headers: rejection.headers,
                body: ByteBuffer(string: rejection.error.wireText))
        }
    }

    private func serve(_ request: Request, _ context: inout EdgeContext) async throws -> Response {
        // Health checks and metrics are exempt from the host check, the limits and the authentication.
        if let response = await operationsResponse(to: request, context) { return response }
        if let cors = configuration.cors, cors.isPreflight(request) { return Response(status: .noContent) }
        try await admit(request, &context)
        let prepared = context
        return try await withRequestDeadline(prepared.deadline, client: prepared) {
            try await routes(request, prepared)
        }
    }

    /// Enforces the limits, and authenticates the client.
    private func admit(_ request: Request, _ context: inout EdgeContext) async throws {
        try hosts.check(request)
        guard allowedClients.isEmpty || allowedClients.contains(where: { $0.contains(context.clientAddress) }) else {
            throw RejectedRequest(.permissionDenied, "clients of this address are not served")
        }
        try rateLimiter?.admit(context.clientAddress)
        context.identity = try await identity(of: request)
        if let length = request.headers[.contentLength].flatMap({ Int($0) }),
            length > configuration.limits.maxBodySize
        {
            throw RejectedRequest(
                .payloadTooLarge, "the body exceeds \(configuration.limits.maxBodySize) bytes")
        }
        context.permit = try concurrency.acquire()
    }

    /// The responses for load balancers and monitoring, which need no credentials.
    private func operationsResponse(to request: Request, _ context: EdgeContext) async -> Response? {
        guard request.method == .get || request.method == .head, context.path.segments.count == 1 else { return nil }
        switch context.path.segments[0] {
        case "healthz": return .text("ok\n")
        case "readyz":
            let problems = await health.problems()
            guard !problems.isEmpty else { return .text("ok\n") }
            return .text(problems.joined(separator: "\n") + "\n", status: .serviceUnavailable)
        case "metrics": return .text(metrics.text(running: concurrency.count))
        default: return nil
        }
    }

    private func identity(of request: Request) async throws -> Identity? {
        guard !configuration.authenticators.isEmpty else { return nil }
        var reason: String?
        for authenticator in configuration.authenticators {
            do {
                if let identity = try await authenticator.authenticate(request) { return identity }
            } catch let error as MicroError where error.code == .unauthenticated {
                // Report the reason of the first authenticator that rejected the credentials.
                reason = reason ?? error.message
            }
        }
        var rejected = RejectedRequest(.unauthenticated, reason ?? "credentials are required")
        for challenge in Set(configuration.authenticators.compactMap(\.challenge)).sorted() {
            rejected.headers.append(HTTPField(name: .wwwAuthenticate, value: challenge))
        }
        throw rejected
    }

    private func log(_ error: any Error, _ context: EdgeContext) {
        if error is RejectedRequest || error is MicroError || error is HTTPError {
            context.logger.debug("request failed", metadata: ["path": "\(context.path)", "cause": "\(error)"])
        } else {
            context.logger.error("request failed", metadata: ["path": "\(context.path)", "cause": "\(error)"])
        }
    }

    private func record(
        _ request: Request, _ context: EdgeContext, _ response: Response, since start: ContinuousClock.Instant
    ) {
        let duration = ContinuousClock.now - start
        metrics.record(status: response.status.code, duration: duration)
        if let format = configuration.accessLogFormat {
            AccessLog(format: format, logger: logger).record(
                request, context, status: response.status.code, size: response.body.contentLength, duration: duration)
        }
    }
}

extension Response {
    /// Removes the body of a response that cannot have one (RFC 9110, section 6.4.1): a client would read it as the
    /// next response.
    fileprivate mutating func removeForbiddenBody(for request: Request) {
        guard request.method == .head || [204, 304].contains(status.code) else { return }
        let length = headers[.contentLength]
        body = ResponseBody()
        // The length is that of the response to GET. A response with 204 has none.
        if let length, status.code != 204 { headers[.contentLength] = length }
    }

    /// A response in plain text.
    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
