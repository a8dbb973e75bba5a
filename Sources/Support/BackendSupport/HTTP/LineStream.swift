// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
import MicroCore

/// The lines of a streamed response.
package struct LineStream: Sendable {
    private let stream: CurlStream
    private let server: BackendServer
    private let maxLineLength: Int
    private var splitter: LineSplitter
    private var pending: ArraySlice<[UInt8]> = []

    /// Creates a stream of the lines of a response.
    ///
    /// - Parameter maxLineLength: The maximum length of a line, in bytes.
    package init(_ stream: CurlStream, from server: BackendServer, maxLineLength: Int) {
        self.stream = stream
        self.server = server
        self.maxLineLength = maxLineLength
        splitter = LineSplitter(maxLineLength: maxLineLength)
    }

    /// The status of the response.
    package var status: Int { stream.status }

    /// The header fields of the response.
    package var headers: CurlHeaders { stream.headers }

    /// Whether another line has already arrived.
    package var hasPendingLine: Bool { !pending.isEmpty }

    /// Ends the stream: reading it throws `CancellationError`.
    package func cancel() { stream.cancel() }

    /// Runs the body, and ends the stream at the deadline: reading it then throws `CancellationError`.
    package func withDeadline<Value>(
        _ deadline: ContinuousClock.Instant, _ body: () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [stream] in
                try await Task.sleep(until: deadline, clock: .continuous)
                stream.cancel()
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// The next non-empty line, without its line end; nil at the end of the stream. The last line needs no line end.
    ///
    /// - Throws: ``MicroCore/MicroError``, including for a line that is too long; `CancellationError`.
    package mutating func next() async throws -> [UInt8]? {
        while true {
            if let line = pending.popFirst() { return line }
            guard let bytes = try await nextBytes() else {
                let rest = splitter.takeRest()
                return rest.isEmpty ? nil : rest
            }
            guard let complete = splitter.append(bytes) else {
                throw MicroError.unexpectedResponse(server, "a message is larger than \(maxLineLength) bytes")
            }
            pending = complete[...]
        }
    }

    private func nextBytes() async throws -> [UInt8]? {
        var iterator = stream.makeAsyncIterator()
        do { return try await iterator.next() } catch let error as CurlError {
            throw MicroError(error, at: server, timeout: .zero)
        }
    }
}
