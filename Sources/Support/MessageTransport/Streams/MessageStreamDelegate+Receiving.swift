// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
package import NIOCore
import Synchronization

// Receiving, on the thread of the connection.
extension MessageStreamDelegate {
    /// Handles a message of the peer.
    ///
    /// - Parameters:
    ///   - number: The number of the message; nil if the sender is not a swift-micro peer.
    ///   - isHalfClose: Whether an end ends only the sender's direction.
    ///   - content: Reads the message, or the peer's error text. If it throws, the stream ends with that error.
    package func receive(
        number: UInt64?, isHalfClose: Bool, _ content: () throws -> (message: ByteBuffer, error: String?)
    ) {
        let isNext = record(number)
        let (message, text): (ByteBuffer, String?)
        do { (message, text) = try content() } catch { return fail(error, notifiesPeer: true) }
        switch text {
        case nil, "": isNext ? deliver(message) : fail(lostMessageError, notifiesPeer: true)
        case GoMicroHeaders.endOfStream:
            isNext ? finished(isHalfClose: isHalfClose) : fail(lostMessageError, notifiesPeer: true)
        case let text?: fail(MicroError(wireText: text, origin: parameters.service), isPeerClosed: true)
        }
    }

    /// - Returns: False if the previous message is missing.
    private func record(_ number: UInt64?) -> Bool {
        let (isNext, senders) = state.withLock { state in
            state.lastActivity = .now
            state.peer = number == nil ? .goMicro : .swiftMicro
            defer { state.received = number ?? state.received }
            return (number.map { $0 == state.received &+ 1 } ?? true, state.takeSenders())
        }
        for sender in senders { sender.resolve() }
        return isNext
    }

    private func deliver(_ body: ByteBuffer) {
        let (source, roomCount) = state.withLock { ($0.source, $0.window.roomCount) }
        guard let source else { return }
        let hasRoom = source.yield(body)
        let (isWithinLimit, windowUpdate) = state.withLock { state in
            let isWithinLimit = state.window.received(
                body.readableBytes, hasRoom: hasRoom, since: roomCount, isFlowControlled: state.peer == .swiftMicro)
            return (isWithinLimit, state.peer == .swiftMicro ? state.window.takeAcknowledgement() : nil)
        }
        guard isWithinLimit else { return fail(overflowError, notifiesPeer: true) }
        if let windowUpdate { wire.send(.windowUpdate(windowUpdate)) }
    }

    private func finished(isHalfClose: Bool) {
        state.withLock(\.source)?.finish()
        guard parameters.isClient, !isHalfClose else { return }
        state.withLock { $0.hasPeerEnded = true }
        end(MicroError(.closed, "the other side has ended the stream", origin: MicroError.Origin.transport))
    }

    /// Handles a control message of the peer.
    package func receive(_ control: StreamControl) {
        let senders = state.withLock { state in
            (state.lastActivity, state.peer) = (.now, .swiftMicro)
            if case .windowUpdate(let size) = control { state.window.acknowledged(size) }
            return state.takeSenders()
        }
        for sender in senders { sender.resolve() }
        switch control {
        case .ping: wire.send(.pong)
        case .gone: fail(MicroError.peerUnavailable(parameters.name))
        case .cancel: fail(CancellationError(), isPeerClosed: true)
        case .pong, .windowUpdate: break
        }
    }

    /// Handles the broker's report that a message could not be delivered.
    package func messageWasUndeliverable() {
        // If only the opening message was sent, no handler has run.
        let isSafe = state.withLock { $0.sent == 0 && $0.peer == .unknown }
        fail(
            MicroError.noListener(parameters.name, broker: parameters.broker, isSafeToRetry: isSafe), isPeerClosed: true
        )
    }

    /// Handles the broker's report that a control message could not be delivered: go-micro does not receive them.
    package func controlMessageWasUndeliverable() {
        let (isGone, senders) = state.withLock { state in
            if state.peer == .unknown { state.peer = .goMicro }
            return (state.peer == .swiftMicro, state.takeSenders())
        }
        for sender in senders { sender.resolve() }
        if isGone { fail(MicroError.peerUnavailable(parameters.name), isPeerClosed: true) }
    }

    /// The reader has made room.
    package func resume() {
        let windowUpdate = state.withLock { state in
            state.window.hasRoom()
            return state.peer == .swiftMicro ? state.window.takeAcknowledgement() : nil
        }
        if let windowUpdate { wire.send(.windowUpdate(windowUpdate)) }
    }

    private var lostMessageError: MicroError {
        MicroError(
            .unavailable, "\(parameters.name): a message of the stream was lost", origin: MicroError.Origin.transport)
    }

    private var overflowError: MicroError {
        MicroError(
            .resourceExhausted,
            "\(parameters.name): the reader of the stream is too slow for a peer without flow control",
            origin: MicroError.Origin.transport)
    }
}
