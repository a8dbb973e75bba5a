// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// The response of a handler, with headers for the caller. See ``Microservice/handleWithHeaders(_:mayBlock:_:)``.
public struct ResponseWithHeaders<Response: Sendable>: Sendable {
    /// The message.
    public var response: Response
    /// The headers, such as `Cache-Control`. Callers receive them from
    /// ``Client/invoke(_:_:body:contentType:options:)``, in an interceptor, and over HTTP.
    public var headers: Headers

    /// Creates a response.
    public init(_ response: Response, headers: Headers) {
        self.response = response
        self.headers = headers
    }
}

extension Microservice {
    /// Adds the handler of an endpoint that sends headers with its response. Otherwise the same as
    /// ``handle(_:mayBlock:_:)-(String,_,_)``.
    ///
    /// ```swift
    /// service.handleWithHeaders("Catalog.Get") { (request: GetProduct, context) in
    ///     ResponseWithHeaders(try await database.product(request.id), headers: ["Cache-Control": "max-age=60"])
    /// }
    /// ```
    public func handleWithHeaders<Request: Sendable, Response: Sendable>(
        _ endpoint: String, mayBlock: Bool = true,
        _ handler:
            @escaping @concurrent @Sendable (Request, RequestContext) async throws -> ResponseWithHeaders<Response>
    ) {
        server.handleWithHeaders(endpoint, mayBlock: mayBlock, handler)
    }
}
