// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Micro
import MicroCore
import MicroEdge
import NIOCore
import NIOHTTP1

/// Sends requests to nodes of HTTP services as they are, and their responses back. Large bodies are passed on while they arrive.
///
/// A request whose connection fails is sent to another node: always if no connection was made, and otherwise if its method is
/// idempotent (RFC 9110, section 9.2.2) and its body was small or not sent.
package struct ReverseProxy: Sendable {
    let nodes: NodeSelector
    let upstream: UpstreamClient

    /// Sends a request to a node, and returns its response.
    ///
    /// - Throws: ``/MicroCore/MicroError``: `notFound` without a node, 502 if no node could be reached, 504 if the node has not
    ///   responded in time.
    func respond(to request: GatewayRequest) async throws -> Response {
        let body = try await ProxyBody(of: request)
        do {
            return try await withTaskCancellationHandler {
                try await respond(to: request, body)
            } onCancel: {
                body.cancel()
            }
        } catch {
            await body.stop()
            throw body.failure ?? error
        }
    }

    private func respond(to request: GatewayRequest, _ body: ProxyBody) async throws -> Response {
        try await nodes.send(request) { node, address in
            let response = try await upstream.execute(Self.outgoing(request, to: address, of: node, body))
            return try await Self.incoming(response, to: request, body)
        } evaluating: { error, node in
            FailedAttempt(
                outcome: body.failure == nil ? Self.outcome(of: error) : .abandoned,
                mayRetry: Self.mayRetry(error, request, body), error: Self.failure(error, node))
        }
    }

    /// Closes the connections and the watches of the registry.
    func close() async {
        await nodes.close()
        await upstream.close()
    }

    private static func outgoing(
        _ request: GatewayRequest, to address: Address, of node: Node, _ body: ProxyBody
    ) -> UpstreamRequest {
        let path = request.context.path
        return UpstreamRequest(
            HTTPMethod(rawValue: request.http.method.rawValue), "\(path)\(path.query.map { "?\($0)" } ?? "")",
            at: address, isSecure: node.usesTLS, headers: ProxyHeaders.request(request),
            body: body)
    }

    /// The response of a node. A large body is passed on while it arrives.
    private static func incoming(
        _ response: UpstreamResponse, to request: GatewayRequest, _ body: ProxyBody
    ) async throws -> Response {
        let headers = ProxyHeaders.response(response.headers)
        let status = HTTPResponse.Status(code: Int(response.status.code), reasonPhrase: response.status.reasonPhrase)
        switch response.body {
        case .bytes(let bytes):
            await body.stop()
            let hasNoBody = request.http.method == .head || status.code == 204 || status.code == 304
            return Response(
                status: status, headers: headers, body: hasNoBody ? ResponseBody() : ResponseBody(byteBuffer: bytes))
        case .parts(let parts, let reader):
            // The context counts as a running request until the body ends.
            let context = request.context
            let content = ResponseBody(contentLength: headers[.contentLength].flatMap { Int($0) }) { writer in
                defer { withExtendedLifetime(context) {} }
                context.onDisconnect { reader.cancel() }
                defer { context.onDisconnect(nil) }
                do {
                    for try await part in parts { try await writer.write(part) }
                    await body.stop()
                    try await writer.finish(nil)
                } catch {
                    await body.stop()
                    throw error
                }
            }
            return Response(status: status, headers: headers, body: content)
        }
    }

    private static func mayRetry(_ error: any Error, _ request: GatewayRequest, _ body: ProxyBody) -> Bool {
        guard !body.hasStarted else { return false }
        return isConnectFailure(error) || (isConnectionFailure(error) && request.isIdempotent)
    }

    /// Whether no connection was made, so that nothing was sent.
    package static func isConnectFailure(_ error: any Error) -> Bool {
        if case .notConnected? = error as? UpstreamError { true } else { false }
    }

    /// Whether the connection broke before the response.
    private static func isConnectionFailure(_ error: any Error) -> Bool {
        if case .connectionClosed? = error as? UpstreamError { return true }
        return error is IOError || error is ChannelError
    }

    /// What the error of an attempt tells about its node.
    static func outcome(of error: any Error) -> Selection.Outcome {
        switch error {
        case UpstreamError.idleTimeout: .timedOut
        // The node is not the cause: the request cannot be sent to any node.
        case UpstreamError.invalidRequest(_), is HTTPError, is MicroError: .abandoned
        default: .failed
        }
    }

    private static func failure(_ error: any Error, _ node: Node) -> any Error {
        let status: Int
        switch error {
        case is HTTPError, is MicroError: return error
        case UpstreamError.invalidRequest(let reason):
            return HTTPError(.badRequest, message: "the request cannot be passed on: \(reason)")
        case UpstreamError.idleTimeout: status = 504
        default: status = 502
        }
        return MicroError(
            .init(status: status), "\(Address(node)) has not responded: \(error)", origin: MicroError.Origin.edge,
            cause: error)
    }
}
