// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

/// The messages of a streamed answer: one JSON object on each line.
struct EtcdStream: Sendable {
    private let stream: CurlStream
    private let server: BackendServer
    private let http: EtcdHTTP
    private let maxMessageSize: Int
    private var lines: EtcdLineSplitter
    private var pending: ArraySlice<[UInt8]> = []

    init(_ stream: CurlStream, at server: BackendServer, http: EtcdHTTP, maxMessageSize: Int) {
        self.stream = stream
        self.server = server
        self.http = http
        self.maxMessageSize = maxMessageSize
        lines = EtcdLineSplitter(maxLineLength: maxMessageSize)
    }

    /// Runs the body, and ends the stream at the deadline: reading it throws `CancellationError` then.
    func ending<Value>(
        at deadline: ContinuousClock.Instant, _ body: () async throws -> Value
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

    /// The next message.
    ///
    /// - Throws: ``MicroCore/MicroError``, also for the end of the stream; `CancellationError`.
    mutating func next<Message: Decodable & Sendable>(_ type: Message.Type) async throws -> Message {
        while true {
            if let line = pending.popFirst() { return try message(line) }
            guard let piece = try await nextPiece() else {
                let rest = lines.takeRest()
                guard rest.isEmpty, stream.status == 200 else { return try message(rest) }
                throw MicroError(.unavailable, "\(server) ended the watch", origin: MicroError.Origin.registry)
            }
            guard let more = lines.take(piece) else {
                throw MicroError.unexpectedResponse(server, "a message is larger than \(maxMessageSize) bytes")
            }
            pending = more[...]
        }
    }

    private func message<Message: Decodable & Sendable>(_ line: [UInt8]) throws -> Message {
        guard stream.status == 200 else { throw http.failure(status: stream.status, line, at: server) }
        return try http.decode(StreamResult<Message>.self, line, at: server).result
    }

    private func nextPiece() async throws -> [UInt8]? {
        var iterator = stream.makeAsyncIterator()
        do { return try await iterator.next() } catch let error as CurlError {
            throw MicroError(error, at: server, timeout: .zero)
        }
    }
}
