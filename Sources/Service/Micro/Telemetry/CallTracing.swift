// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import ServiceContextModule
import Tracing

/// The spans of calls, one on each side, connected by headers. Names and attributes follow OpenTelemetry's conventions for
/// RPC (https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans).
enum CallTracing {
    /// Makes a call in a client span. The request that is passed to `body` contains the trace context.
    static func call<Response>(
        _ request: TransportRequest, _ method: String, _ body: (TransportRequest) async throws -> Response
    ) async throws -> Response {
        guard TracePropagation.isEnabled else { return try await body(request) }
        return try await withSpan(method, ofKind: .client) { span in
            try await recordingFailure(span, method) { try await body(injected(request, span)) }
        }
    }

    /// Handles a call in a server span, a child of the caller's span.
    static func serve<Response>(
        _ request: TransportRequest, _ method: String, _ body: () async throws -> Response
    ) async throws -> Response {
        guard TracePropagation.isEnabled else { return try await body() }
        let context = TracePropagation.extract(from: request.headers)
        return try await withSpan(method, context: context, ofKind: .server) { span in
            try await recordingFailure(span, method, body)
        }
    }

    /// Opens a stream in a client span that ends with the stream.
    static func open(
        _ request: TransportRequest, _ method: String, _ body: (TransportRequest) async throws -> TransportStream
    ) async throws -> TransportStream {
        guard TracePropagation.isEnabled else { return try await body(request) }
        let span = startSpan(method, ofKind: .client)
        setAttributes(of: span, method)
        do {
            return try await body(injected(request, span)).intercepted(onEnd: { error in
                setFailure(error, of: span)
                span.end()
            })
        } catch {
            setFailure(error, of: span)
            span.end()
            throw error
        }
    }

    private static func injected(_ request: TransportRequest, _ span: any Span) -> TransportRequest {
        var request = request
        TracePropagation.inject(span.context, into: &request.headers)
        return request
    }

    private static func recordingFailure<Response>(
        _ span: any Span, _ method: String, _ body: () async throws -> Response
    ) async throws -> Response {
        setAttributes(of: span, method)
        do { return try await body() } catch {
            // withSpan records the error itself.
            setFailure(error, of: span, isRecorded: true)
            throw error
        }
    }

    private static func setAttributes(of span: any Span, _ method: String) {
        span.attributes["rpc.system.name"] = "micro"
        span.attributes["rpc.method"] = method
    }

    private static func setFailure(_ error: (any Error)?, of span: any Span, isRecorded: Bool = false) {
        guard let error else { return }
        let status = CallMetrics.status(of: error)
        span.attributes["rpc.response.status_code"] = status
        span.attributes["error.type"] = status
        span.setStatus(SpanStatus(code: .error))
        if !isRecorded { span.recordError(error) }
    }
}
