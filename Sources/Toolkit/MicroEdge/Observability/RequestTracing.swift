// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import ServiceContextModule
import Tracing

/// The spans of requests. Names and attributes follow OpenTelemetry's conventions for HTTP
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans).
///
/// A span ends with the header of the response. The spans of the calls that a request causes are its children.
package struct RequestTracing: Sendable {
    private let tracer: any Tracer

    /// Creates the tracing of a server; nil if the program has set up no tracer.
    package init?(_ configuration: EdgeConfiguration) {
        if let tracer = configuration.tracer {
            self.tracer = tracer
        } else {
            guard !(InstrumentationSystem.instrument is NoOpInstrument) else { return nil }
            tracer = InstrumentationSystem.tracer
        }
    }

    /// Responds to a request in a server span, a child of the client's span.
    func serve(_ request: Request, _ body: () async throws -> Response) async throws -> Response {
        var context = ServiceContext.topLevel
        tracer.extract(request.headers, into: &context, using: FieldExtractor())
        return try await tracer.withAnySpan(request.method.rawValue, context: context, ofKind: .server) { span in
            span.attributes["http.request.method"] = request.method.rawValue
            // Queries are left out: they may hold secrets.
            span.attributes["url.path"] = String((request.head.path ?? "").prefix { $0 != "?" }.prefix(1024))
            let response = try await body()
            span.attributes["http.response.status_code"] = response.status.code
            if response.status.code >= 500 {
                span.attributes["error.type"] = "\(response.status.code)"
                span.setStatus(SpanStatus(code: .error))
            }
            return response
        }
    }

    /// The header fields by which a server that is called next continues the trace of the current request.
    package var fields: [(name: String, value: String)] {
        guard let context = ServiceContext.current else { return [] }
        var fields: [(name: String, value: String)] = []
        tracer.inject(context, into: &fields, using: FieldInjector())
        return fields
    }
}

private struct FieldExtractor: Extractor {
    func extract(key: String, from fields: HTTPFields) -> String? { fields.values(of: key).first }
}

private struct FieldInjector: Injector {
    func inject(_ value: String, forKey key: String, into fields: inout [(name: String, value: String)]) {
        fields.append((key, value))
    }
}
