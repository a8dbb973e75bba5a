// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
import MicroCore

/// One request to a server of a backend.
package struct BackendRequest: Sendable {
    fileprivate let method: String
    fileprivate let path: String
    fileprivate let headers: [(String, String)]
    fileprivate let body: [UInt8]?
    fileprivate let contentType: String

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - method: Such as `PUT`.
    ///   - path: The path and the query, percent-encoded.
    ///   - headers: Header fields in addition to those of the client.
    ///   - body: The body; nil for none.
    ///   - contentType: The media type of the body.
    package init(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
        contentType: String = "application/json"
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.contentType = contentType
    }
}

/// Sends HTTP requests to the servers of one backend, and throws the errors of the contract.
package struct BackendHTTPClient: Sendable {
    private let transfer: CurlTransfer
    /// Limits short requests. Blocking queries and streams are limited by their callers.
    private let semaphore: AsyncSemaphore
    private let maxResponseSize: Int
    /// A closure, so that a description of the client does not show credentials.
    private let headers: @Sendable () -> [(String, String)]

    /// Creates a client. It connects with the first request.
    ///
    /// - Parameters:
    ///   - maxResponseSize: The maximum size of a response body, in bytes.
    ///   - maxConcurrentRequests: The maximum number of concurrent short requests. Each takes a connection.
    ///   - maxIdleConnections: The maximum number of connections that are kept open for later requests.
    ///   - headers: The header fields of all requests.
    package init(
        tls: CurlTLS, maxResponseSize: Int, maxConcurrentRequests: Int, maxIdleConnections: Int,
        headers: @escaping @Sendable () -> [(String, String)]
    ) {
        transfer = CurlTransfer(configuration: .init(tls: tls, maxIdleConnections: maxIdleConnections))
        semaphore = AsyncSemaphore(maxConcurrentRequests)
        self.maxResponseSize = maxResponseSize
        self.headers = headers
    }

    /// Closes all connections. Requests in flight throw `closed`.
    package func close() async { await transfer.close() }

    /// Sends a short request and returns the response, regardless of its status.
    ///
    /// - Parameter timeout: The time limit, which includes the wait for one of the permitted concurrent requests.
    /// - Throws: `MicroError`, `CancellationError`.
    package func response(
        to request: BackendRequest, from server: BackendServer, timeout: Duration
    ) async throws -> CurlResponse {
        let deadline = ContinuousClock.now + timeout
        return try await semaphore.withPermit(
            by: deadline,
            orThrow: MicroError(
                .deadlineExceeded,
                "no request was sent to \(server) within \(timeout): too many requests of this client were in flight",
                origin: server.kind.role.origin)
        ) {
            try await convertingErrors(at: server, timeout: timeout) {
                try await transfer.perform(curlRequest(request, to: server, timeout: deadline - .now))
            }
        }
    }

    /// Sends a blocking query, which the server may hold open, and returns the response, regardless of its status.
    ///
    /// - Parameters:
    ///   - wait: How long the server may hold the query.
    ///   - timeout: The time limit for establishing the connection, and for receiving the response from its first byte
    ///     to its last.
    /// - Throws: `MicroError`, `CancellationError`.
    package func response(
        to request: BackendRequest, from server: BackendServer, waiting wait: Duration, timeout: Duration
    ) async throws -> CurlResponse {
        try await convertingErrors(at: server, timeout: timeout + wait) {
            var request = curlRequest(request, to: server, timeout: timeout)
            request.timeout += wait
            request.responseTimeout = timeout
            return try await transfer.perform(request)
        }
    }

    /// Sends a request whose response is streamed.
    ///
    /// - Parameter timeout: The time limit for the response header. The body has no time limit.
    /// - Throws: `MicroError`, `CancellationError`.
    package func stream(
        _ request: BackendRequest, from server: BackendServer, timeout: Duration
    ) async throws -> CurlStream {
        try await convertingErrors(at: server, timeout: timeout) {
            try await transfer.stream(curlRequest(request, to: server, timeout: timeout))
        }
    }

    private func curlRequest(_ request: BackendRequest, to server: BackendServer, timeout: Duration) -> CurlRequest {
        let contentType = request.body == nil ? [] : [("Content-Type", request.contentType)]
        return CurlRequest(
            method: request.method, url: server.url + request.path,
            headers: contentType + headers() + request.headers, body: request.body, timeout: timeout,
            connectTimeout: timeout, maxBodySize: maxResponseSize)
    }

    private func convertingErrors<Value>(
        at server: BackendServer, timeout: Duration, _ body: () async throws -> Value
    ) async throws -> Value {
        do { return try await body() } catch let error as CurlError {
            throw MicroError(error, at: server, timeout: timeout)
        }
    }
}
