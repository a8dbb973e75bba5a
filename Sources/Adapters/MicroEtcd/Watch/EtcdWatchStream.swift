// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore

/// The events of a watch that etcd has created.
struct EtcdWatchStream: Sendable {
    /// The header of the message that confirmed the creation.
    let created: ResponseHeader
    private var stream: EtcdStream
    private let member: BackendServer
    private let errors: EtcdErrorMapper

    /// Waits until the watch is created.
    init(
        _ stream: EtcdStream, from member: BackendServer, errors: EtcdErrorMapper, by deadline: ContinuousClock.Instant
    ) async throws {
        self.member = member
        self.errors = errors
        var stream = stream
        do {
            let first = try await stream.withDeadline(deadline) { try await stream.next(WatchResponse.self) }
            self.stream = stream
            created = first.header
            try check(first)
            guard first.isCreated else {
                throw MicroError.unexpectedResponse(
                    member, "the first message of a watch does not confirm its creation")
            }
        } catch is CancellationError where !Task.isCancelled {
            throw MicroError(
                .deadlineExceeded, "\(member) did not create a watch in time", origin: MicroError.Origin.registry)
        }
    }

    /// Passes the events of each message to `receive`, and returns at the deadline.
    ///
    /// - Throws: If the watch ends earlier: ``EtcdRevisionUnavailableError`` if the revision was compacted,
    ///   ``/MicroCore/MicroError`` or `CancellationError`.
    mutating func follow(
        until deadline: ContinuousClock.Instant, _ receive: ([Event]) -> Void
    ) async throws {
        do {
            try await stream.withDeadline(deadline) {
                while true {
                    let message = try await stream.next(WatchResponse.self)
                    try check(message)
                    if !message.events.isEmpty { receive(message.events) }
                }
            }
        } catch is CancellationError where !Task.isCancelled {
            return
        }
    }

    /// Throws if etcd has cancelled the watch. The check is needed because etcd leaves the stream open, but sends no
    /// more events.
    private func check(_ message: WatchResponse) throws {
        guard message.isCanceled || message.compactRevision > 0 else { return }
        if message.compactRevision > 0 { throw EtcdRevisionUnavailableError() }
        throw errors.microError(EtcdServerError(cancelReason: message.cancelReason), from: member)
    }
}

/// etcd has compacted the revisions from which the watch would continue: the current entries must be read again.
struct EtcdRevisionUnavailableError: Error {}
