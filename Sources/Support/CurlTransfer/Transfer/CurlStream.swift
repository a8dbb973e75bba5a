// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A response whose body comes in pieces, as large as what has come since the last was read.
///
/// * At most 256 KiB are kept for a slow reader; then the server has to wait.
/// * A body that is cut off throws, after the pieces that came before; it never looks like a complete one.
/// * The transfer ends when nobody holds the stream or its iterator any more, with `cancel()`, and when the reading
///   task is cancelled. A stream keeps its `CurlTransfer` alive.
///
/// It is for one reader: with several, each piece goes to one of them.
///
/// ```swift
/// let stream = try await http.stream(CurlRequest(url: "http://127.0.0.1:2379/v3/watch"))
/// for try await bytes in stream { … }
/// ```
package struct CurlStream: AsyncSequence, Sendable {
    /// A piece of the body, never empty.
    package typealias Element = [UInt8]

    /// `CurlError`: `connectionLost` when the body is cut off, `closed` after `CurlTransfer.close()`.
    /// `CancellationError` after `cancel()`, and when the reading task is cancelled. Nothing else.
    package typealias Failure = any Error

    /// The status code, 200…999.
    package let status: Int

    /// The header, without the lines of interim responses and trailers.
    package let headers: CurlHeaders

    private let reader: CurlStreamReader

    init(_ head: CurlResponse, _ reader: CurlStreamReader) {
        status = head.status
        headers = head.headers
        self.reader = reader
    }

    /// Ends the transfer, and drops what was not read. Cancelling twice is fine.
    package func cancel() { reader.cancel() }

    /// The reading half.
    package func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// Reads a body.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: CurlStreamReader

        /// The next piece; nil once the body is complete.
        package mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(any Error) -> [UInt8]? {
            try await reader.next(isolation: actor)
        }
    }
}
