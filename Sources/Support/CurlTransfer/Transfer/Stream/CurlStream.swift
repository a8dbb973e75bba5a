// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A response whose body is delivered in pieces. A piece contains all bytes that have arrived since the previous one.
///
/// * At most 256 KiB are buffered for a slow reader; beyond that, TCP flow control stops the server.
/// * If a body is cut off, reading throws after the pieces that arrived before; the body is never reported as complete.
/// * The transfer ends when the stream and its iterators have been released, with `cancel()`, and when the reading task
///   is cancelled. A stream keeps its `CurlTransfer` alive.
///
/// A stream supports a single reader; with several, each piece goes to one of them.
///
/// ```swift
/// let stream = try await http.stream(CurlRequest(url: "http://127.0.0.1:2379/v3/watch"))
/// for try await bytes in stream { … }
/// ```
package struct CurlStream: AsyncSequence, Sendable {
    /// A piece of the body, never empty.
    package typealias Element = [UInt8]

    /// `CurlError`: `connectionLost` if the body is cut off, `closed` after `CurlTransfer.close()`. `CancellationError`
    /// after `cancel()`, and when the reading task is cancelled. No other errors.
    package typealias Failure = any Error

    /// The status code, 200…999.
    package let status: Int

    /// The header fields, without those of interim responses and trailers.
    package let headers: CurlHeaders

    private let reader: CurlStreamReader

    init(_ head: CurlResponse, _ reader: CurlStreamReader) {
        status = head.status
        headers = head.headers
        self.reader = reader
    }

    /// Ends the transfer and drops unread bytes. It may be called more than once.
    package func cancel() { reader.cancel() }

    /// Creates an iterator over the body.
    package func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// An iterator over the body.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: CurlStreamReader

        /// Returns the next piece; nil when the body is complete.
        package mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(any Error) -> [UInt8]? {
            try await reader.next(isolation: actor)
        }
    }
}
