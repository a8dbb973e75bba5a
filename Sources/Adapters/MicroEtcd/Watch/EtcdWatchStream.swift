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
    private let errors: EtcdError

    /// Waits until the watch is created.
    init(
        _ stream: EtcdStream, from member: BackendServer, errors: EtcdError, by deadline: ContinuousClock.Instant
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

    /// Delivers the events of each message, until the deadline.
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

    /// Throws if etcd has cancelled the watch: it keeps the stream open without further messages.
    private func check(_ message: WatchResponse) throws {
        guard message.isCanceled || message.compactRevision > 0 else { return }
        if message.compactRevision > 0 { throw EtcdRevisionUnavailableError() }
        throw errors.microError(EtcdServerError(cancelReason: message.cancelReason), from: member)
    }
}

/// The next changes are no longer available: the current entries have to be read again.
struct EtcdRevisionUnavailableError: Error {}
