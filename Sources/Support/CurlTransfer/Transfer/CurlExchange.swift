// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// One request and the caller who waits for its response: the whole of it (`CurlBufferedExchange`), or its header and then
/// the body in pieces (`CurlStreamExchange`).
///
/// Response, error, timeout, cancellation and close race to end it; the first one does, once. Callers are resumed
/// outside the lock, as they may run on the resuming thread.
protocol CurlExchange: AnyObject, Sendable {
    var request: CurlRequest { get }

    /// Whether the request's `timeout` is for the body as well.
    var appliesTimeoutToBody: Bool { get }

    /// Whether somebody still waits for a response.
    var isWaiting: Bool { get }

    /// Takes the caller who waits; false when the exchange ended before it began: the caller keeps the continuation.
    func begin(_ continuation: CheckedContinuation<CurlResponse, any Error>) -> Bool

    /// The header has come. Its body is empty.
    func receive(head: CurlResponse)

    /// Some of the body has come.
    func receive(body: UnsafeRawBufferPointer) -> CurlBodyResult

    /// Ends the exchange, with the response's header when all of the response has come; true when it had not ended
    /// before.
    @discardableResult
    func end(_ result: Result<CurlResponse, any Error>) -> Bool
}

/// What became of a piece of a body.
enum CurlBodyResult {
    case accepted
    /// There is no room: it is to come again when the transfer is resumed.
    case paused
    case rejected(CurlError)
}
