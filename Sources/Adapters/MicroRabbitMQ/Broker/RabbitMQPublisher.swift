// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore
import Synchronization

/// Publishes messages on one channel, which is opened again after an error.
final class RabbitMQPublisher: Sendable {
    private struct State {
        var channel: RabbitMQChannel?
        var session: RabbitMQSession?
        /// Whether the server has accepted a publication on the channel.
        var isVerified = false
    }

    private static let backoff = Backoff(base: .milliseconds(20), maxDelay: .milliseconds(500))

    private let connection: RabbitMQConnectionManager
    private let usesConfirms: Bool
    private let state = Mutex(State())
    private let frameSize = Atomic(128 * 1024)
    private let opening = AsyncSemaphore(1)

    /// - Parameter usesConfirms: Whether publishing waits until the server has stored the message.
    init(_ connection: RabbitMQConnectionManager, usesConfirms: Bool) {
        self.connection = connection
        self.usesConfirms = usesConfirms
    }

    /// The maximum size of a frame in bytes; 128 KiB before the first connection.
    var maxFrameSize: Int { frameSize.load(ordering: .relaxed) }

    /// Appends a message to the output, if there is a channel with room on which the server has accepted a publication.
    ///
    /// - Returns: Whether it was appended.
    func tryPublish(_ publication: AMQPPublication) -> Bool {
        let channel = state.withLock { $0.isVerified && $0.session?.isBlocked == false ? $0.channel : nil }
        if case .available? = channel?.tryPublish(publication) { return true }
        return false
    }

    /// Publishes a message. Waits for a connection and for room, and with confirms until the server has stored the message; a
    /// publication that was not confirmed is repeated until the deadline. Without confirms, a publication is repeated
    /// only if the server cannot have received it, or has refused it.
    ///
    /// - Throws: ``/MicroCore/MicroError``, which is not safe to retry if the server may have received the message;
    ///   `CancellationError`.
    func publish(_ publication: AMQPPublication, by deadline: ContinuousClock.Instant) async throws {
        var attempt = 0
        var mayHaveArrived = false
        while true {
            do {
                let (channel, session) = try await openChannel(by: deadline)
                try await session.waitUntilUnblocked(by: deadline)
                return try await publish(publication, on: channel, session, by: deadline, &mayHaveArrived)
            } catch var error as MicroError {
                // Without confirms, the channel ends with this error because the server has refused the message.
                if !usesConfirms, error.isMissingEntity { mayHaveArrived = false }
                // An earlier attempt counts as well.
                error.isSafeToRetry = !mayHaveArrived
                let delay = Self.backoff.delay(attempt: attempt)
                // Without confirms, a message that may have arrived must not be delivered twice.
                guard error.code == .unavailable, usesConfirms || !mayHaveArrived, .now + delay < deadline else {
                    throw error
                }
                try await Task.sleep(for: delay)
                attempt += 1
            }
        }
    }

    private func publish(
        _ publication: AMQPPublication, on channel: RabbitMQChannel, _ session: RabbitMQSession,
        by deadline: ContinuousClock.Instant, _ mayHaveArrived: inout Bool
    ) async throws {
        guard usesConfirms else {
            try await append(on: channel, session, by: deadline) { channel.tryPublish(publication) }
            mayHaveArrived = true
            return try await verify(channel, by: deadline)
        }
        let confirmation = Promise<Void>()
        try await append(on: channel, session, by: deadline) {
            channel.tryPublish(publication, confirmation: confirmation)
        }
        mayHaveArrived = true
        try await wait(for: confirmation, on: channel, session, by: deadline)
    }

    /// Waits until the server has accepted a publication on the channel.
    private func verify(_ channel: RabbitMQChannel, by deadline: ContinuousClock.Instant) async throws {
        guard !state.withLock(\.isVerified) else { return }
        // The server refuses publications by closing the channel, which precedes its next reply. Other publishers, with other
        // deadlines, use the channel as well.
        try await channel.perform([.basicQos(prefetch: 0)], by: deadline, closesOnFailure: false)
        state.withLock { if $0.channel === channel { $0.isVerified = true } }
    }

    private func wait(
        for confirmation: Promise<Void>, on channel: RabbitMQChannel, _ session: RabbitMQSession,
        by deadline: ContinuousClock.Instant
    ) async throws {
        do {
            try await confirmation.value(
                until: deadline,
                orThrow: session.blockedError ?? session.timeoutError("did not confirm a publication"))
        } catch let error as MicroError where error.code == .unavailable {
            // A channel whose queue had no leader refuses all later publications as well.
            channel.close()
            throw error
        }
    }

    /// Appends to the output, and waits for room if necessary.
    private func append(
        on channel: RabbitMQChannel, _ session: RabbitMQSession, by deadline: ContinuousClock.Instant,
        _ tryAppend: () -> CurlSocket.WriteCapacity
    ) async throws {
        while true {
            switch tryAppend() {
            case .available: return
            case .closed: throw session.closedError
            case .full:
                try await withDeadline(
                    deadline, orThrow: session.blockedError ?? session.timeoutError("accepts no more data")
                ) { await channel.waitForRoom() }
            }
        }
    }

    private func openChannel(by deadline: ContinuousClock.Instant) async throws -> (RabbitMQChannel, RabbitMQSession) {
        if let open = currentChannel { return open }
        let session = try await connection.connected(by: deadline)
        return try await opening.withPermit(by: deadline, orThrow: session.timeoutError("did not open a channel")) {
            if let open = currentChannel { return open }
            try await session.ensureExchange(connection.configuration, by: deadline)
            let channel = try session.makeChannel(
                .init(ended: { error in
                    // The exchange was deleted: the next channel declares it again.
                    if error.isMissingEntity { session.hasExchange.store(false, ordering: .releasing) }
                }))
            try await channel.perform([.channelOpen] + (usesConfirms ? [.confirmSelect] : []), by: deadline)
            frameSize.store(session.maxFrameSize, ordering: .relaxed)
            state.withLock { $0 = State(channel: channel, session: session) }
            return (channel, session)
        }
    }

    private var currentChannel: (RabbitMQChannel, RabbitMQSession)? {
        state.withLock { state in
            guard let channel = state.channel, let session = state.session, channel.isOpen else { return nil }
            return (channel, session)
        }
    }
}
