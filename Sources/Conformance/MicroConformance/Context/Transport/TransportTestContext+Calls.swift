// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportTestContext {
    /// Responds with the headers and the body of the request.
    static let echo: TransportHandler = { request in
        TransportResponse(contentType: request.contentType, headers: request.headers, body: request.body)
    }

    /// Serves one stream endpoint, `Case.Stream`.
    ///
    /// - Returns: The address of the listener.
    func serveStream(_ handler: @escaping TransportStreamHandler) async throws -> Address {
        try await serve(streams: { $0 == "Case.Stream" ? handler : nil }).address
    }

    /// A request to the service of the case.
    func request(
        _ endpoint: String = "Case.Call", headers: Headers = [:], body: ByteBuffer = ByteBuffer(),
        contentType: String = "application/octet-stream", within timeout: Duration? = nil
    ) -> TransportRequest {
        TransportRequest(
            service: Self.service, endpoint: endpoint, contentType: contentType, headers: headers, body: body,
            deadline: .now + (timeout ?? bounds.timeouts.response))
    }

    /// Calls an endpoint with a text.
    ///
    /// - Parameter client: The transport that calls; ``client`` by default.
    /// - Returns: The text of the response.
    @discardableResult
    func call(
        _ text: String = "hello", _ endpoint: String = "Case.Call", at address: Address,
        by client: (any Transport)? = nil
    ) async throws -> String {
        let response = try await (client ?? self.client).call(
            request(endpoint, body: ByteBuffer(string: text)), to: address)
        return String(buffer: response.body)
    }

    /// Expects calls of an echo endpoint to succeed. `event` names the preceding event in the failure message.
    func expectStillServing(_ address: Address, after event: String) async throws {
        try expect(try await call("still", at: address), is: "still", "the response to a call after \(event)")
    }

    /// Opens a stream to `Case.Stream`.
    func open(
        at address: Address, by client: (any Transport)? = nil, headers: Headers = [:], within timeout: Duration? = nil
    ) async throws -> TransportStream {
        try await (client ?? self.client).open(
            request("Case.Stream", headers: headers, within: timeout), to: address)
    }

    /// The texts of all messages of a stream until its end.
    func texts(of stream: TransportStream) async throws -> [String] {
        var texts: [String] = []
        for try await message in stream { texts.append(String(buffer: message)) }
        return texts
    }

    /// Expects calls to succeed within the recovery timeout.
    func eventuallyResponds(_ address: Address, by client: (any Transport)? = nil) async throws {
        try await eventually("calls of \(address) succeed again", within: bounds.timeouts.recovery) {
            do { return try await self.call("again", at: address, by: client) == "again" } catch is MicroError {
                return false
            }
        }
    }
}

extension TransportStream {
    /// Sends a text as a message.
    func send(_ text: String) async throws { try await send(ByteBuffer(string: text)) }
}
