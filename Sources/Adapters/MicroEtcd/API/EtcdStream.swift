// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

/// The messages of a streamed response: one JSON object per line.
struct EtcdStream: Sendable {
    private let stream: CurlStream
    private let member: BackendServer
    private let errors: EtcdError
    private let maxMessageSize: Int
    private var lines: EtcdLineSplitter
    private var pending: ArraySlice<[UInt8]> = []

    init(_ stream: CurlStream, from member: BackendServer, errors: EtcdError, maxMessageSize: Int) {
        self.stream = stream
        self.member = member
        self.errors = errors
        self.maxMessageSize = maxMessageSize
        lines = EtcdLineSplitter(maxLineLength: maxMessageSize)
    }

    /// Runs the body, and cancels the stream at the deadline: reading it then throws `CancellationError`.
    func withDeadline<Value>(
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

    /// The next message.
    ///
    /// - Throws: ``MicroCore/MicroError``, also at the end of the stream; `CancellationError`.
    mutating func next<Message: Decodable & Sendable>(_ type: Message.Type) async throws -> Message {
        while true {
            if let line = pending.popFirst() { return try decode(line) }
            guard let bytes = try await nextBytes() else {
                let rest = lines.takeRest()
                guard rest.isEmpty, stream.status == 200 else { return try decode(rest) }
                throw MicroError(.unavailable, "\(member) ended the watch", origin: MicroError.Origin.registry)
            }
            guard let complete = lines.append(bytes) else {
                throw MicroError.unexpectedResponse(member, "a message is larger than \(maxMessageSize) bytes")
            }
            pending = complete[...]
        }
    }

    private func decode<Message: Decodable & Sendable>(_ line: [UInt8]) throws -> Message {
        guard stream.status == 200 else { throw errors.microError(status: stream.status, line, from: member) }
        return try errors.decode(StreamResult<Message>.self, line, from: member).result
    }

    private func nextBytes() async throws -> [UInt8]? {
        var iterator = stream.makeAsyncIterator()
        do { return try await iterator.next() } catch let error as CurlError {
            throw MicroError(error, at: member, timeout: .zero)
        }
    }
}
