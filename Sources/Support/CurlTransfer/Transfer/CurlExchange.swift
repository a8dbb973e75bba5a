// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A request in flight and the caller that waits for its response: the whole response (`CurlBufferedExchange`), or the
/// header, and then the body in pieces (`CurlStreamExchange`).
///
/// Response, error, timeout, cancellation and close compete to end an exchange; the first one has an effect.
protocol CurlExchange: AnyObject, Sendable {
    var request: CurlRequest { get }

    /// Whether the request's `timeout` also covers the body.
    var appliesTimeoutToBody: Bool { get }

    /// The response that the caller waits for.
    var response: Promise<CurlResponse> { get }

    /// Handles the first line of the response.
    func receiveFirstLine()

    /// Handles the header, which has an empty body.
    func receive(head: CurlResponse)

    /// Handles a piece of the body.
    func receive(body: UnsafeRawBufferPointer) -> CurlBodyResult

    /// Ends the exchange, with the response without body if all of it has arrived.
    ///
    /// - Returns: Whether this call ended it.
    @discardableResult
    func end(_ result: Result<CurlResponse, any Error>) -> Bool
}

extension CurlExchange {
    func receiveFirstLine() {}
}

/// The handling of a piece of a body.
enum CurlBodyResult {
    case accepted
    /// The buffer is full: libcurl delivers the piece again when the transfer is resumed.
    case paused
    case rejected(CurlError)
}
