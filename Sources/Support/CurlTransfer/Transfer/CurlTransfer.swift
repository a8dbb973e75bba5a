// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Asynchronous HTTP/1.1 requests over libcurl: one thread and one pool of connections, from the first request to
/// `close()`.
///
/// ```swift
/// let http = CurlTransfer()
/// let response = try await http.perform(CurlRequest(url: "http://127.0.0.1:8500/v1/status/leader"))
/// await http.close()
/// ```
///
/// Redirects are not followed, and no proxy, cookie or credential is taken from the environment. When the server closed
/// a kept connection, libcurl sends the request again on a new one, provided that no byte of a response had arrived: a
/// request that must not be carried out twice needs a guard of its own against that.
package final class CurlTransfer: Sendable {
    let commandQueue: CurlCommandQueue

    /// Starts nothing.
    package init(configuration: Configuration = .init()) {
        commandQueue = CurlCommandQueue { commandQueue in
            CurlThread.start { CurlLoop.run(commandQueue, configuration) }
        }
    }

    /// Does not wait for the thread, which is idle: a request or stream keeps its `CurlTransfer` alive.
    deinit {
        commandQueue.stop()
    }

    /// Sends a request and reads its response to the end. Any number may run at once.
    ///
    /// - Throws: `CurlError`; `CancellationError` at once when the task is cancelled. Nothing else.
    package func perform(_ request: CurlRequest) async throws -> CurlResponse {
        try await submit(CurlBufferedExchange(request))
    }

    /// Sends a request and returns once the response's header has come; the body comes through the stream. Any number
    /// may run at once.
    ///
    /// The request's `timeout` is for the header alone: the body may take for ever. `maxBodySize` does not count.
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
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard exchange.begin(continuation) else {
                    continuation.resume(throwing: CancellationError())
                    return
                }
                commandQueue.submit(exchange)
            }
        } onCancel: {
            if exchange.end(.failure(CancellationError())) { commandQueue.cancelExchange(exchange) }
        }
    }

    /// Ends what is in flight with a `CurlError` of kind `closed`, closes the connections and waits for the thread to
    /// end. May be called again, and by several at once; each call returns when all is done. Later requests throw
    /// `closed`.
    package func close() async {
        await commandQueue.close()
    }
}
