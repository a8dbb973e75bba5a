// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Synchronization

// Receiving, on the thread of the connection.
extension NATSStreamDelegate {
    /// Handles a message of the peer.
    func receive(_ message: NATSMessage) {
        if let status = message.status { return handleStatus(status, message.reason) }
        let streamHeaders = NATSStreamHeaders(message.headers)
        guard let envelope = NATSEnvelope(parsing: message.body) else {
            return fail(MicroError.natsInvalidEnvelope(parameters.name), notifiesPeer: true)
        }
        let isNext = record(streamHeaders)
        switch envelope.fields.error {
        case nil, "": isNext ? deliver(envelope.body) : fail(lostMessageError, notifiesPeer: true)
        case GoMicroHeaders.endOfStream:
            isNext
                ? finished(isHalfClose: streamHeaders?.isHalfClose == true)
                : fail(lostMessageError, notifiesPeer: true)
        case let text?: fail(MicroError(wireText: text, origin: parameters.service), isPeerClosed: true)
        }
    }

    /// - Returns: False if the previous message is missing.
    private func record(_ streamHeaders: NATSStreamHeaders?) -> Bool {
        let (isNext, senders) = state.withLock { state in
            state.lastActivity = .now
            state.peer = streamHeaders == nil ? .goMicro : .swiftMicro
            defer { if let streamHeaders { state.received = streamHeaders.number } }
            return (streamHeaders.map { $0.number == state.received &+ 1 } ?? true, state.takeSenders())
        }
        for sender in senders { sender.resolve() }
        return isNext
    }

    private func deliver(_ body: ByteBuffer) {
        guard let source = state.withLock(\.source) else { return }
        let hasRoom = source.yield(body)
        let (isWithinLimit, windowUpdate) = state.withLock { state in
            let isWithinLimit = state.window.received(
                body.readableBytes, hasRoom: hasRoom, isFlowControlled: state.peer == .swiftMicro)
            return (isWithinLimit, state.peer == .swiftMicro ? state.window.takeAcknowledgement() : nil)
        }
        guard isWithinLimit else { return fail(overflowError, notifiesPeer: true) }
        if let windowUpdate { sendControl(.windowUpdate(windowUpdate)) }
    }

    private func finished(isHalfClose: Bool) {
        let source = state.withLock(\.source)
        source?.finish()
        guard parameters.isClient, !isHalfClose else { return }
        state.withLock { $0.hasPeerEnded = true }
        end(
            MicroError(.closed, "the other side has ended the stream", origin: MicroError.Origin.transport))
    }

    /// Handles a control message of the peer, or the status that the peer does not receive control messages.
    func receiveControl(_ message: NATSMessage) {
        if message.status == 503 { return handleControlNoResponders() }
        guard let control = NATSControlMessage(message) else { return }
        let senders = state.withLock { state in
            (state.lastActivity, state.peer) = (.now, .swiftMicro)
            if case .windowUpdate(let size) = control { state.window.acknowledged(size) }
            return state.takeSenders()
        }
        for sender in senders { sender.resolve() }
        switch control {
        case .ping: sendControl(.pong)
        case .gone: fail(MicroError.natsPeerGone(parameters.name))
        case .cancel: fail(CancellationError(), isPeerClosed: true)
        case .pong, .windowUpdate: break
        }
    }

    /// Handles a status of the server, such as that the subject has no listener.
    private func handleStatus(_ status: Int, _ reason: String) {
        guard status == 503 else {
            return fail(
                MicroError(
                    .unavailable, "\(parameters.name): NATS responded with status \(status) \(reason)",
                    origin: MicroError.Origin.transport))
        }
        // If only the opening message was sent, no handler has run.
        let isSafe = state.withLock { $0.sent == 0 && $0.peer == .unknown }
        fail(MicroError.natsNoResponders(parameters.name, isSafeToRetry: isSafe))
    }

    private func handleControlNoResponders() {
        let (isGone, senders) = state.withLock { state in
            if state.peer == .unknown { state.peer = .goMicro }
            return (state.peer == .swiftMicro, state.takeSenders())
        }
        for sender in senders { sender.resolve() }
        if isGone { fail(MicroError.natsPeerGone(parameters.name)) }
    }

    /// The reader has made room.
    func resume() {
        let windowUpdate = state.withLock { state in
            state.window.hasRoom()
            return state.peer == .swiftMicro ? state.window.takeAcknowledgement() : nil
        }
        if let windowUpdate { sendControl(.windowUpdate(windowUpdate)) }
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
