// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension Client {
    /// Calls an endpoint that responds to one request with a stream of messages.
    ///
    /// The sending direction stays open until the response ends, because go-micro servers treat the end of the requests
    /// as the end of the stream.
    ///
    /// - Parameters:
    ///   - service: The name of the service.
    ///   - endpoint: The endpoint.
    ///   - request: The request.
    ///   - options: Options of this stream; its duration is limited as in ``stream(_:_:sending:receiving:options:)``.
    /// - Returns: The responses. Releasing them before their end cancels the stream.
    /// - Throws: As ``stream(_:_:sending:receiving:options:)``.
    public func serverStream<Request: Sendable, Response: Sendable>(
        _ service: String, _ endpoint: EndpointDescriptor<Request, Response>, _ request: Request,
        options: CallOptions = .init()
    ) async throws -> MessageReader<Response> {
        let stream = try await stream(service, endpoint, options: options)
        do { try await stream.send(request) } catch let error as MicroError where error.code == .closed {
            // The service has responded without reading the whole request: its messages can still be read.
        }
        return stream.reader
    }

    /// Calls an endpoint that responds to a stream of messages with a single message.
    ///
    /// - Parameters:
    ///   - service: The name of the service.
    ///   - endpoint: The endpoint.
    ///   - options: Options of this stream; its duration is limited as in ``stream(_:_:sending:receiving:options:)``.
    ///   - send: Sends the messages. The sending direction ends when it returns. If the service responds earlier, sending
    ///     fails with `closed`; rethrow that error to get the response.
    /// - Returns: The response.
    /// - Throws: As ``stream(_:_:sending:receiving:options:)``, and the errors of `send`, which cancel the stream;
    ///   `internal` if the service ends the stream with no response or with more than one.
    public func clientStream<Request: Sendable, Response: Sendable>(
        _ service: String, _ endpoint: EndpointDescriptor<Request, Response>, options: CallOptions = .init(),
        _ send: (MessageWriter<Request>) async throws -> Void
    ) async throws -> Response {
        let stream = try await stream(service, endpoint, options: options)
        defer { stream.cancel() }
        // Distinguishes this stream from other objects of the sender that may be closed.
        let isClosed = Atomic(false)
        var writer = stream.writer
        writer.onClosed = { isClosed.store(true, ordering: .relaxed) }
        do {
            try await send(writer)
            // From here on, only the stream can be closed.
            isClosed.store(true, ordering: .relaxed)
            try await stream.finish()
        } catch let error as MicroError where error.code == .closed && isClosed.load(ordering: .relaxed) {
            // The service has ended the stream: the response or an error can be read.
        }
        var responses = stream.makeAsyncIterator()
        guard let response = try await responses.next() else {
            throw Self.invalidResponse(service, endpoint.name, "without a response")
        }
        guard try await responses.next() == nil else {
            throw Self.invalidResponse(service, endpoint.name, "with more than one response")
        }
        return response
    }

    private static func invalidResponse(_ service: String, _ endpoint: String, _ problem: String) -> MicroError {
        MicroError(
            .internal, "\(endpoint) of \(service) ended the stream \(problem)", origin: MicroError.Origin.client)
    }
}
