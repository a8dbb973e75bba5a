// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

/// The events of a watch that the server has accepted.
struct KubernetesWatchStream<Object: Decodable & Sendable>: Sendable {
    /// The time at which the server is regarded as dead, because it ends each watch earlier.
    let deadline: ContinuousClock.Instant
    private var lines: LineStream
    private let server: BackendServer
    private let errors: KubernetesErrorMapper

    /// - Parameters:
    ///   - end: The time at which the server is regarded as dead.
    ///   - headerDeadline: The deadline for receiving the body of an error response.
    init(
        _ lines: LineStream, from server: BackendServer, errors: KubernetesErrorMapper,
        endsBefore end: ContinuousClock.Instant, by headerDeadline: ContinuousClock.Instant
    ) async throws {
        deadline = end
        self.server = server
        self.errors = errors
        var lines = lines
        guard lines.status == 200 else {
            throw try await Self.error(of: &lines, from: server, errors: errors, by: headerDeadline)
        }
        self.lines = lines
    }

    /// Whether another event has already arrived.
    var hasPendingEvent: Bool { lines.hasPendingLine }

    /// Ends the watch: reading it throws `CancellationError`.
    func cancel() { lines.cancel() }

    /// Runs the body, and ends the watch at its deadline: reading it then throws `CancellationError`.
    func withDeadline<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await lines.withDeadline(deadline, body)
    }

    /// The next event; nil when the server has ended the watch normally.
    ///
    /// - Throws: ``/MicroCore/MicroError``, including for an event of type `ERROR`; `CancellationError`.
    mutating func next() async throws -> WatchEvent<Object>? {
        guard let line = try await lines.next() else { return nil }
        do { return try errors.decode(WatchEvent<Object>.self, line, from: server) } catch {
            if let failure = try? errors.decode(WatchError.self, line, from: server), failure.type == "ERROR" {
                throw errors.microError(failure.object, status: 200, from: server)
            }
            throw error
        }
    }

    private static func error(
        of lines: inout LineStream, from server: BackendServer, errors: KubernetesErrorMapper,
        by deadline: ContinuousClock.Instant
    ) async throws -> MicroError {
        let stream = lines
        let received: [UInt8]
        do {
            // A status object is a few hundred bytes.
            received = try await stream.withDeadline(deadline) {
                var (reader, body) = (stream, [UInt8]())
                while body.count < 64 * 1024, let line = try await reader.next() { body += line + [0x0A] }
                return body
            }
        } catch is CancellationError where !Task.isCancelled {
            // The body is incomplete at the deadline. The status remains.
            received = []
        }
        return errors.microError(status: stream.status, stream.headers, received, from: server)
    }
}
