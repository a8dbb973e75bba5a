// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOCore

/// Untyped calls: for gateways, proxies and tools that forward encoded messages without their types.
extension Client {
    /// Calls an endpoint with an encoded message, and returns the encoded response.
    ///
    /// No codec is involved: the body and its media type are sent to the service unchanged. Node selection, retries,
    /// interceptors, metrics and traces are the same as for ``call(_:_:_:options:returning:)``.
    ///
    /// ```swift
    /// let response = try await client.invoke(
    ///     "greeter", "Greeter.Hello", body: ByteBuffer(string: #"{"name":"John"}"#))
    /// ```
    ///
    /// - Parameters:
    ///   - service: The name of the service, such as `greeter`.
    ///   - endpoint: The name of the endpoint, such as `Greeter.Hello`.
    ///   - body: The encoded message.
    ///   - contentType: The media type of the message; ``CallOptions/contentType`` has no effect.
    ///   - options: Options of this call, such as the node's address or a filter for nodes.
    /// - Returns: The response with its media type, which can differ from the media type of the request.
    /// - Throws: As ``call(_:_:_:options:returning:)``; `invalidArgument` if the service has no codec for the media type.
    public func invoke(
        _ service: String, _ endpoint: String, body: ByteBuffer, contentType: String = "application/json",
        options: CallOptions = .init()
    ) async throws -> TransportResponse {
        let metrics = descriptors.metrics(service, endpoint)
        let call = callRequest(service, endpoint, contentType, body, options)
        return try await metrics.measure { try await send(call, metrics, options) }
    }

    /// Opens a stream of encoded messages to a streaming endpoint.
    ///
    /// - Parameters:
    ///   - service: The name of the service, such as `chat`.
    ///   - endpoint: The name of the endpoint, such as `Chat.Talk`.
    ///   - contentType: The media type of all messages of the stream; ``CallOptions/contentType`` has no effect.
    ///   - options: Options of this stream, such as the node's address or a filter for nodes.
    /// - Throws: As ``stream(_:_:sending:receiving:options:)``, except for errors of codecs.
    public func invokeStream(
        _ service: String, _ endpoint: String, contentType: String = "application/json", options: CallOptions = .init()
    ) async throws -> TransportStream {
        try await open(
            streamRequest(service, endpoint, contentType, options), descriptors.metrics(service, endpoint), options)
    }

    /// The request of a call.
    func callRequest(
        _ service: String, _ endpoint: String, _ contentType: String, _ body: ByteBuffer, _ options: CallOptions
    ) -> TransportRequest {
        TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: headers(options), body: body,
            deadline: InheritedCallContext.deadline(
                options.timeout ?? configuration.requestTimeout, isInherited: options.inheritsDeadline))
    }

    /// The request that opens a stream.
    func streamRequest(
        _ service: String, _ endpoint: String, _ contentType: String, _ options: CallOptions
    ) -> TransportRequest {
        TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: headers(options),
            deadline: InheritedCallContext.deadline(
                options.timeout ?? Self.maxStreamDuration, isInherited: options.inheritsDeadline))
    }

    /// A year: transports need a deadline, and this one has no practical effect.
    private static let maxStreamDuration = Duration.seconds(365 * 24 * 3600)
}
