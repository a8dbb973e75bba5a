// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// An asynchronous HTTP/1.1 client over libcurl, with one thread and one connection pool from the first request until
/// `close()`.
///
/// ```swift
/// let http = CurlTransfer()
/// let response = try await http.perform(CurlRequest(url: "http://127.0.0.1:8500/v1/status/leader"))
/// await http.close()
/// ```
///
/// Redirects are not followed, and no proxy, cookie or credential is taken from the environment. If the server has
/// closed an idle connection and no byte of a response has arrived, libcurl sends the request again on a new
/// connection. A request that must not run twice needs its own protection against that.
package final class CurlTransfer: Sendable {
    let commandQueue: CurlCommandQueue

    /// Creates a client. The thread starts with the first request.
    package init(configuration: Configuration = .init()) {
        commandQueue = CurlCommandQueue { commandQueue in
            CurlThread.start { CurlLoop.run(commandQueue, configuration) }
        }
    }

    /// Stops the thread without waiting. The thread is idle here: a request or stream keeps its `CurlTransfer` alive.
    deinit {
        commandQueue.stop()
    }

    /// Sends a request and reads the whole response. The number of concurrent requests is not limited.
    ///
    /// - Throws: `CurlError`; `CancellationError` at once when the task is cancelled. Nothing else.
    package func perform(_ request: CurlRequest) async throws -> CurlResponse {
        try await submit(CurlBufferedExchange(request))
    }

    /// Sends a request and returns when the response's header has arrived; the stream delivers the body. The number of
    /// concurrent streams is not limited.
    ///
    /// The request's `timeout` covers only the header; the body has no time limit. `maxBodySize` does not apply.
    ///
    /// - Throws: `CurlError`; `CancellationError` at once when the task is cancelled. Nothing else.
    package func stream(_ request: CurlRequest) async throws -> CurlStream {
        let exchange = CurlStreamExchange(request)
        let head = try await submit(exchange)
        return CurlStream(head, CurlStreamReader(exchange, of: self))
    }

    private func submit(_ exchange: some CurlExchange) async throws -> CurlResponse {
        try Task.checkCancellation()
        try exchange.request.validate()
        commandQueue.submit(exchange)
        do {
            return try await exchange.response.value()
        } catch {
            // Cancelled, or beyond a limit that libcurl does not enforce. libcurl may have ended the transfer already.
            exchange.end(.failure(error))
            commandQueue.cancelExchange(exchange)
            throw error
        }
    }

    /// Closes the client: requests in flight end with a `CurlError` of kind `closed`, all connections are closed, and
    /// the thread ends. It may be called more than once and concurrently; every call returns when the thread has ended.
    /// Later requests throw `closed`.
    package func close() async {
        await commandQueue.close()
    }
}
