// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

/// The messages of a streamed response: one JSON object per line.
struct EtcdStream: Sendable {
    private var lines: LineStream
    private let member: BackendServer
    private let errors: EtcdErrorMapper

    init(_ stream: CurlStream, from member: BackendServer, errors: EtcdErrorMapper, maxMessageSize: Int) {
        lines = LineStream(stream, from: member, maxLineLength: maxMessageSize)
        self.member = member
        self.errors = errors
    }

    /// Runs the body, and cancels the stream at the deadline: reading it then throws `CancellationError`.
    func withDeadline<Value>(
        _ deadline: ContinuousClock.Instant, _ body: () async throws -> Value
    ) async throws -> Value {
        try await lines.withDeadline(deadline, body)
    }

    /// The next message.
    ///
    /// - Throws: ``/MicroCore/MicroError``, including at the end of the stream; `CancellationError`.
    mutating func next<Message: Decodable & Sendable>(_ type: Message.Type) async throws -> Message {
        let line = try await lines.next()
        guard lines.status == 200 else {
            throw errors.microError(status: lines.status, line ?? [], from: member)
        }
        guard let line else {
            throw MicroError(.unavailable, "\(member) ended the watch", origin: MicroError.Origin.registry)
        }
        return try errors.decode(StreamResult<Message>.self, line, from: member).result
    }
}
