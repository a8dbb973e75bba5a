// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Instrumentation
import MicroCore
import NIOCore
import ServiceContextModule
import Tracing

/// Carries the trace of who calls to who answers, by headers, with a span on each side. Names and attributes are those of
/// OpenTelemetry's conventions for RPC (https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans).
enum CallTracing {
    /// Whether anything was set up that wants to know. If not a call need not pay for it.
    private static var isEnabled: Bool { !(InstrumentationSystem.instrument is NoOpInstrument) }

    /// Makes a call in a span of its own, which travels with it.
    static func call<Response>(
        _ request: TransportRequest, _ method: String, _ body: (TransportRequest) async throws -> Response
    ) async throws -> Response {
        guard isEnabled else { return try await body(request) }
        return try await withSpan(method, ofKind: .client) { span in
            try await recordingFailure(span, method) { try await body(injected(request, span)) }
        }
    }

    /// Answers a call in a span that belongs to that of the caller.
    static func serve<Response>(
        _ request: TransportRequest, _ method: String, _ body: () async throws -> Response
    ) async throws -> Response {
        guard isEnabled else { return try await body() }
        // What the caller says counts, also where it is in the same process.
        var context = ServiceContext.topLevel
        InstrumentationSystem.instrument.extract(request.headers, into: &context, using: HeadersCarrier())
        return try await withSpan(method, context: context, ofKind: .server) { span in
            try await recordingFailure(span, method, body)
        }
    }

    /// Opens a stream in a span that lasts as long as the stream.
    static func open(
        _ request: TransportRequest, _ method: String, _ body: (TransportRequest) async throws -> TransportStream
    ) async throws -> TransportStream {
        guard isEnabled else { return try await body(request) }
        let span = startSpan(method, ofKind: .client)
        describe(span, method)
        do {
            return try await body(injected(request, span)).intercepted(onEnd: { error in
                recordFailure(error, in: span)
                span.end()
            })
        } catch {
            recordFailure(error, in: span)
            span.end()
            throw error
        }
    }

    private static func injected(_ request: TransportRequest, _ span: any Span) -> TransportRequest {
        var request = request
        InstrumentationSystem.instrument.inject(span.context, into: &request.headers, using: HeadersCarrier())
        return request
    }

    private static func recordingFailure<Response>(
        _ span: any Span, _ method: String, _ body: () async throws -> Response
    ) async throws -> Response {
        describe(span, method)
        do { return try await body() } catch {
            recordFailure(error, in: span, isRecorded: true)
            throw error
        }
    }

    private static func describe(_ span: any Span, _ method: String) {
        span.attributes["rpc.system.name"] = "micro"
        span.attributes["rpc.method"] = method
    }

    /// - Parameter isRecorded: Whether the error itself is noted by who ends the span.
    private static func recordFailure(_ error: (any Error)?, in span: any Span, isRecorded: Bool = false) {
        guard let error else { return }
        let status = CallMetrics.status(of: error)
        span.attributes["rpc.response.status_code"] = status
        span.attributes["error.type"] = status
        span.setStatus(SpanStatus(code: .error))
        if !isRecorded { span.recordError(error) }
    }
}
