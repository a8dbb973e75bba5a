// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import NIOCore
import Testing

/// A running server and its client.
struct TestServer: Sendable {
    let client: HTTPTransport
    let listener: any TransportListener

    var address: Address { listener.address }

    func call(_ request: TransportRequest = .test()) async throws -> TransportResponse {
        try await client.call(request, to: address)
    }
}

/// Runs a server during the body.
func withServer(
    _ configuration: HTTPConfiguration = HTTPConfiguration(), client: HTTPConfiguration? = nil,
    handler: @escaping TransportHandler, body: (TestServer) async throws -> Void
) async throws {
    let server = HTTPTransport(configuration: configuration)
    let client = HTTPTransport(configuration: client ?? configuration)
    let listener = try await server.bind(to: Address(host: "127.0.0.1"))
    let running = Task { try await listener.run(handler) }
    let result: Result<Void, any Error>
    do {
        try await body(TestServer(client: client, listener: listener))
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await client.close()
    await server.close()
    try await running.value
    try result.get()
}

/// Makes a client for the body.
func withClient(
    _ configuration: HTTPConfiguration = HTTPConfiguration(), body: (HTTPTransport) async throws -> Void
) async throws {
    let client = HTTPTransport(configuration: configuration)
    let result: Result<Void, any Error>
    do {
        try await body(client)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await client.close()
    try result.get()
}

extension TransportRequest {
    static func test(
        endpoint: String = "Greeter.Hello", contentType: String = "application/json", headers: Headers = [:],
        body: ByteBuffer = ByteBuffer(string: "{}"), timeout: Duration = .seconds(20)
    ) -> TransportRequest {
        TransportRequest(
            service: "greeter", endpoint: endpoint, contentType: contentType, headers: headers, body: body,
            deadline: .now + timeout)
    }
}

/// Returns the request's body and headers.
let echo: TransportHandler = { request in
    TransportResponse(contentType: request.contentType, headers: request.headers, body: request.body)
}

extension Address {
    static func local(_ port: Int) -> Address { Address(host: "127.0.0.1", port: port) }
}

/// The `MicroError` of an operation that must fail.
func microError(
    sourceLocation: SourceLocation = #_sourceLocation, _ operation: () async throws -> Void
) async throws -> MicroError {
    do {
        try await operation()
    } catch let error as MicroError {
        return error
    }
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    throw CancellationError()
}
