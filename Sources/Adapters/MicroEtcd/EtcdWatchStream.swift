// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore

/// A watch that etcd has created: its messages with events.
struct EtcdWatchStream: Sendable {
    /// The head of the message that told that it was created.
    let created: ResponseHeader
    private var stream: EtcdStream
    private let server: BackendServer
    private let http: EtcdHTTP

    /// Waits until the watch is created.
    init(_ stream: EtcdStream, at server: BackendServer, http: EtcdHTTP, by deadline: ContinuousClock.Instant)
        async throws
    {
        self.server = server
        self.http = http
        var stream = stream
        do {
            let first = try await stream.ending(at: deadline) { try await stream.next(WatchResponse.self) }
            self.stream = stream
            created = first.header
            try check(first)
            guard first.isCreated else {
                throw MicroError.unexpectedResponse(server, "a watch does not begin with its creation")
            }
        } catch is CancellationError where !Task.isCancelled {
            throw MicroError(
                .deadlineExceeded, "\(server) did not create a watch in time", origin: MicroError.Origin.registry)
        }
    }

    /// Hands out the events of each message, until the deadline.
    mutating func follow(until deadline: ContinuousClock.Instant, _ take: ([WatchEvent]) -> Void) async throws {
        do {
            try await stream.ending(at: deadline) {
                while true {
                    let message = try await stream.next(WatchResponse.self)
                    try check(message)
                    if !message.events.isEmpty { take(message.events) }
                }
            }
        } catch is CancellationError where !Task.isCancelled {
            return
        }
    }

    /// After a message that says canceled etcd keeps the stream open, and silent.
    private func check(_ message: WatchResponse) throws {
        guard message.isCanceled || message.compactRevision > 0 else { return }
        if message.compactRevision > 0 { throw EtcdRevisionUnavailableError() }
        throw http.microError(EtcdServerError(cancelReason: message.cancelReason), at: server)
    }
}

/// What comes next cannot be had any more: the present has to be read again.
struct EtcdRevisionUnavailableError: Error {}
