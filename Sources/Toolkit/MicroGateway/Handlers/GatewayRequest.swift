// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import HTTPTypes
import Hummingbird
import Micro
import MicroEdge
import NIOCore

/// A request with its endpoint.
struct GatewayRequest {
    let http: Request
    let context: EdgeContext
    let target: GatewayTarget
    /// The variables of the path template.
    let variables: [String: String]
    /// The endpoint as registered; nil if the service has not declared it.
    let endpoint: Endpoint?
    let configuration: GatewayConfiguration
    /// The maximum size of the body, in bytes.
    let maxBodySize: Int
    /// The nodes that may be called; nil for all.
    let filter: NodeFilter?

    /// Whether the endpoint is a streaming endpoint.
    var isStream: Bool { endpoint?.metadata["stream"] == "true" }

    /// The media type of the body, in lower case and without parameters; empty if there is none.
    var mediaType: String { MediaType.essence(of: http.headers[.contentType] ?? "") }

    /// Reads the body.
    ///
    /// - Throws: `HTTPError` with 413 if it is too large.
    func body() async throws -> ByteBuffer { try await http.completeBody(upTo: maxBodySize) }

    /// The metadata that the service receives: the allowed header fields, and what the gateway knows of the client. A client
    /// cannot set the latter.
    var metadata: Headers {
        var headers: Headers = [:]
        if configuration.forwardedHeaders.contains("*") {
            headers = PassedHeaders.headers(of: http.headers)
        } else {
            let names = configuration.forwardedHeaders + ["Traceparent", "Tracestate"]
            for field in http.headers
            where names.contains(where: { $0.lowercased() == field.name.canonicalName })
                && !ProxyHeaders.isInternal(field.name)
            { headers.add(field.name.rawName, field.value) }
        }
        headers["X-Request-Id"] = context.requestID
        headers["X-Forwarded-For"] = context.clientAddress
        for (name, value) in context.identity?.fields ?? [] { headers[name] = value }
        return headers
    }

    /// Whether the method is idempotent by definition (RFC 9110, section 9.2.2).
    var isIdempotent: Bool { [.get, .head, .put, .delete, .options, .trace].contains(http.method) }

    /// Whether the request has a body (RFC 9112, section 6.3).
    var hasBody: Bool {
        http.headers[.transferEncoding] != nil || http.headers[.contentLength].map { $0 != "0" } ?? isStreamed
    }

    /// Whether the body has neither a length nor a coding, as with HTTP/2.
    private var isStreamed: Bool { context.isHTTP2 && ![.get, .head, .options, .trace].contains(http.method) }

    /// The options of the call: the request's deadline and metadata. An idempotent request may be repeated on another node.
    var options: CallOptions {
        CallOptions(
            timeout: max(.milliseconds(1), context.deadline - .now), isIdempotent: isIdempotent, filter: filter,
            headers: metadata)
    }
}
