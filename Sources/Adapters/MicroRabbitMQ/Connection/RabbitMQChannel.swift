// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import DequeModule
import MicroCore
import NIOCore
import Synchronization

/// A channel of a session: an error on it does not affect other channels.
final class RabbitMQChannel: Sendable {
    /// Receives what arrives on a channel. Called on the connection's thread, which it must not block.
    struct Handlers: Sendable {
        var delivered: @Sendable ([AMQPContent]) -> Void = { _ in }
        /// Called for a mandatory publication that the server could not route to a queue.
        var returned: @Sendable (AMQPMethod.Return, AMQPProperties) -> Void = { _, _ in }
        /// Called once, when the channel can no longer be used.
        var ended: @Sendable (MicroError) -> Void = { _ in }
    }

    /// Commands whose replies are awaited together.
    private struct Call {
        var missingReplies: Int
        var names: [String] = []
        let promise: Promise<[String]>
    }

    private struct State {
        var calls: Deque<Call> = []
        /// Nil without publisher confirms.
        var confirms: RabbitMQConfirms?
        var acknowledgements = RabbitMQAcknowledgements()
        /// Why the channel can no longer be used.
        var error: MicroError?
    }

    /// What is only used on the thread of the connection: the lock is never contended.
    private struct Receiving {
        var assembler = AMQPContentAssembler()
        var batch: [AMQPContent] = []
        var batchSize = 0
        var confirmations: [Confirmation] = []
    }

    /// A confirm of one publication or, with `multiple`, of all publications up to it.
    private struct Confirmation {
        let sequence: UInt64
        let isMultiple: Bool
        let isAccepted: Bool
    }

    /// The size of received messages, in bytes, at which they are passed on.
    private static let batchThreshold = 256 * 1024
    /// The maximum time that an acknowledgement waits to be sent together with others.
    private static let acknowledgementDelay = Duration.milliseconds(5)

    let id: UInt16
    private let session: RabbitMQSession
    private let socket: CurlSocket
    private let maxFrameSize: Int
    private let handlers: Handlers
    private let state = Mutex(State())
    /// Whether ``State/error`` is set, without the lock.
    private let hasEnded = Atomic(false)
    private let receiving = Mutex(Receiving())

    init(_ id: UInt16, of session: RabbitMQSession, socket: CurlSocket, maxFrameSize: Int, handlers: Handlers) {
        self.id = id
        self.session = session
        self.socket = socket
        self.maxFrameSize = maxFrameSize
        self.handlers = handlers
    }

    /// Whether the channel can be used.
    var isOpen: Bool { !hasEnded.load(ordering: .acquiring) }

    // MARK: Commands

    /// Sends commands together, and waits for the replies to all.
    ///
    /// - Parameter closesOnFailure: Whether to close the channel, which the caller alone uses, if it does not get the replies.
    /// - Returns: The name in each reply: that of a declared queue or a consumer; otherwise empty.
    /// - Throws: ``/MicroCore/MicroError``: why the server closed the channel, or `deadlineExceeded`; `CancellationError`.
    @discardableResult
    func perform(
        _ commands: [AMQPCommand], by deadline: ContinuousClock.Instant, closesOnFailure: Bool = true
    ) async throws -> [String] {
        let promise = Promise<[String]>()
        var writer = AMQPWriter()
        for command in commands { command.write(to: &writer, on: id) }
        try state.withLock { state in
            if let error = state.error { throw error }
            state.calls.append(Call(missingReplies: commands.count, promise: promise))
            for command in commands {
                switch command {
                case .confirmSelect: state.confirms = RabbitMQConfirms()
                case .basicQos(let prefetch): state.acknowledgements.setPrefetch(prefetch)
                default: break
                }
            }
            writeAcknowledgements(&state)
            socket.write { $0.append(writer.bytes) }
        }
        do {
            return try await promise.value(until: deadline, orThrow: self.timeoutError)
        } catch {
            // If the channel stays open, a late reply is taken for this call, which remains in the list.
            if closesOnFailure { close(error as? MicroError ?? timeoutError) }
            throw error
        }
    }

    /// Sends a command that has no reply. After the end of the channel it is dropped.
    func send(_ command: AMQPCommand) { state.withLock { if $0.error == nil { write(command) } } }

    private var timeoutError: MicroError { session.timeoutError("did not respond") }

    // MARK: Settling deliveries

    /// Acknowledges a delivery, at once or a few milliseconds later together with others.
    func acknowledge(_ tag: UInt64) {
        let isFirst = state.withLock { state in
            guard state.error == nil else { return false }
            let (isDue, isFirst) = state.acknowledgements.acknowledge(tag)
            if isDue { writeAcknowledgements(&state) }
            return isFirst && !isDue
        }
        guard isFirst else { return }
        _ = DeadlineQueue.shared.schedule(at: .now + Self.acknowledgementDelay) { [weak self] in
            self?.sendAcknowledgements()
        }
    }

    /// Returns a delivery to its queue.
    func requeue(_ tag: UInt64) {
        state.withLock { state in
            guard state.error == nil else { return }
            state.acknowledgements.settle(tag)
            write(.basicRequeue(tag: tag))
        }
    }

    /// Sends the acknowledgements that wait for others.
    func sendAcknowledgements() {
        state.withLock { state in if state.error == nil { writeAcknowledgements(&state) } }
    }

    private func writeAcknowledgements(_ state: inout State) {
        for (tag, isMultiple) in state.acknowledgements.take() { write(.basicAck(tag: tag, isMultiple: isMultiple)) }
    }

    private func write(_ command: AMQPCommand) {
        var writer = AMQPWriter(capacity: 32)
        command.write(to: &writer, on: id)
        socket.write { $0.append(writer.bytes) }
    }

    // MARK: Publishing

    /// Publishes a message without a confirmation, unless the output buffer is full.
    func tryPublish(_ publication: AMQPPublication) -> CurlSocket.WriteCapacity {
        state.withLock { state in
            guard state.error == nil else { return .closed }
            return socket.tryWrite { publication.write(to: &$0, on: id, maxFrameSize: maxFrameSize) }
        }
    }

    /// Publishes a message on a channel with publisher confirms, unless the output buffer is full.
    ///
    /// - Parameter confirmation: Resolved when the server has stored the message; rejected with `unavailable` if it refuses the
    ///   message or the channel ends, and with `notFound` if the publication is mandatory and could not be routed to a queue.
    func tryPublish(
        _ publication: AMQPPublication, confirmation: Promise<Void>
    ) -> CurlSocket.WriteCapacity {
        state.withLock { state in
            guard state.error == nil, let sequence = state.confirms?.nextSequence else { return .closed }
            var publication = publication
            // Identifies a returned message.
            if publication.isMandatory { publication.properties.correlationID = "\(sequence)" }
            let capacity = socket.tryWrite { publication.write(to: &$0, on: id, maxFrameSize: maxFrameSize) }
            if case .available = capacity { state.confirms?.add(confirmation) }
            return capacity
        }
    }

    /// Waits until the output buffer has room, or the connection has ended.
    func waitForRoom() async { await socket.waitForRoom() }

    // MARK: The end

    /// Closes the channel without waiting.
    func close() { close(session.closedError) }

    private func close(_ error: MicroError) {
        sendAcknowledgements()
        end(error) { write(.channelClose) }
    }

    /// Ends everything on the channel; the first error counts.
    ///
    /// - Parameter send: Called if the channel had not ended.
    func end(_ error: MicroError, send: () -> Void = {}) {
        let ended = state.withLock { state -> (calls: Deque<Call>, confirmations: [Promise<Void>])? in
            guard state.error == nil else { return nil }
            state.error = error
            hasEnded.store(true, ordering: .releasing)
            send()
            defer { state.calls = [] }
            return (state.calls, state.confirms?.takeAll() ?? [])
        }
        guard let ended else { return }
        for call in ended.calls { call.promise.reject(with: error) }
        for confirmation in ended.confirmations { confirmation.reject(with: error) }
        handlers.ended(error)
    }

    // MARK: Receiving, on the thread of the connection

    /// Handles a frame of this channel.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `internal` for a violation of the protocol.
    func handle(_ frame: AMQPFrame) throws(MicroError) {
        switch frame.kind {
        case .method: try handle(try AMQPMethod(parsing: frame.payload))
        case .header: try add { receiving throws(MicroError) in try receiving.assembler.addHeader(frame.payload) }
        case .body: try add { receiving throws(MicroError) in try receiving.assembler.addBody(frame.payload) }
        case .heartbeat: throw AMQPReader.violation("it sent a heartbeat on a channel")
        }
    }

    private func add(
        _ part: (inout Receiving) throws(MicroError) -> AMQPContent?
    ) throws(MicroError) {
        let (content, isFull) = try receiving.withLock { receiving throws(MicroError) -> (AMQPContent?, Bool) in
            guard let content = try part(&receiving) else { return (nil, false) }
            guard case .deliver = content.method else { return (content, false) }
            receiving.batch.append(content)
            receiving.batchSize += content.body.readableBytes
            return (nil, receiving.batchSize >= Self.batchThreshold)
        }
        if isFull { flush() }
        guard let content, case .return(let method) = content.method, isOpen else { return }
        if let sequence = content.properties.correlationID.flatMap(UInt64.init) {
            state.withLock { $0.confirms?.markReturned(sequence) }
        }
        handlers.returned(method, content.properties)
    }

    /// Passes on the received messages.
    func flush() {
        let (batch, confirmations) = receiving.withLock { receiving in
            defer { (receiving.batch, receiving.batchSize, receiving.confirmations) = ([], 0, []) }
            return (receiving.batch, receiving.confirmations)
        }
        if !confirmations.isEmpty { settle(confirmations) }
        if !batch.isEmpty, isOpen { handlers.delivered(batch) }
    }

    private func handle(_ method: AMQPMethod) throws(MicroError) {
        switch method {
        case .basicDeliver(let deliver):
            try receiving.withLock { receiving throws(MicroError) in try receiving.assembler.begin(.deliver(deliver)) }
        case .basicReturn(let returned):
            try receiving.withLock { receiving throws(MicroError) in try receiving.assembler.begin(.return(returned)) }
        case .basicAck(let tag, let isMultiple): confirm(tag, isMultiple, isAccepted: true)
        case .basicNack(let tag, let isMultiple): confirm(tag, isMultiple, isAccepted: false)
        case .reply(_, let name):
            flush()
            handleReply(name)
        case .basicCancel:
            flush()
            close(session.server.kind.error(.unavailable, "\(session.server) cancelled the consumer"))
        case .channelFlow(let isActive): send(.channelFlowOk(isActive: isActive))
        case .channelClose(let reason):
            flush()
            session.sendCloseOk(for: self)
            end(session.server.channelError(reason))
        case .channelCloseOk:
            session.remove(self)
            end(session.closedError)
        default: throw AMQPReader.violation("it sent a connection method on a channel")
        }
    }

    private func handleReply(_ name: String) {
        let complete = state.withLock { state -> Call? in
            guard !state.calls.isEmpty else { return nil }
            state.calls[0].names.append(name)
            state.calls[0].missingReplies -= 1
            return state.calls[0].missingReplies == 0 ? state.calls.removeFirst() : nil
        }
        complete?.promise.resolve(with: .success(complete?.names ?? []))
    }

    private func confirm(_ sequence: UInt64, _ isMultiple: Bool, isAccepted: Bool) {
        receiving.withLock {
            $0.confirmations.append(.init(sequence: sequence, isMultiple: isMultiple, isAccepted: isAccepted))
        }
    }

    /// Resumes the publishers of confirmed publications.
    private func settle(_ confirmations: [Confirmation]) {
        let settled = state.withLock { state in
            confirmations.flatMap { confirmation in
                (state.confirms?.settle(confirmation.sequence, isMultiple: confirmation.isMultiple) ?? []).map {
                    (promise: $0.promise, wasReturned: $0.wasReturned, isAccepted: confirmation.isAccepted)
                }
            }
        }
        for (promise, wasReturned, isAccepted) in settled {
            if !isAccepted {
                promise.reject(
                    with: session.server.kind.error(.unavailable, "\(session.server) could not store the message"))
            } else if wasReturned {
                promise.reject(
                    with: session.server.kind.error(.notFound, "\(session.server) has no queue for the message"))
            } else {
                promise.resolve()
            }
        }
    }
}
