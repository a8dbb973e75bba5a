// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore
import Synchronization

/// Keeps a consumer of a queue on a channel of its own, and restores queue, bindings and consumer after every loss.
final class RabbitMQConsumer: Sendable {
    /// The queue to consume.
    struct Plan: Sendable {
        /// For log messages.
        let name: String
        let queue: AMQPCommand.Queue
        let bindingKeys: [String]
        /// The maximum number of unsettled messages; nil without acknowledgements.
        var prefetch: UInt16?
        /// Whether the queue is only for this consumer, although it survives a loss of the connection.
        var isDeletedAtEnd = false
    }

    struct Handlers: Sendable {
        /// Called on the thread of the connection, which it must not block.
        var delivered: @Sendable ([AMQPContent], RabbitMQChannel) -> Void
        /// Called with the reason why nothing is delivered at the moment, and with nil when the consumer is in effect.
        var reported: @Sendable (MicroError?) -> Void = { _ in }
        /// Returns once every delivered message is settled.
        var waitUntilSettled: @Sendable () async -> Void = {}
    }

    private struct State {
        /// Runs the loop; nil before the start.
        var runner: Task<Void, Never>?
        /// The channel of the consumer, if it is in effect.
        var channel: RabbitMQChannel?
        /// Tasks that wait for the channel.
        var waiters: [Promise<RabbitMQChannel>] = []
        /// Resolved with the error that ended the channel, or with nil when the consumer ends.
        var channelEnd: Promise<MicroError?>?
        var isEnding = false
        /// Why nothing is delivered at the moment.
        var problem: MicroError?
    }

    private static let consumerTag = "swift-micro"

    private let plan: Plan
    private let connection: RabbitMQConnectionManager
    private let handlers: Handlers
    private let deletions: DrainTracker
    private let state = Mutex(State())
    private let started = Promise<Void>()

    /// - Parameter deletions: Counts the consumers that still have to delete their queues.
    init(
        _ plan: Plan, connection: RabbitMQConnectionManager, handlers: Handlers,
        deletions: DrainTracker = DrainTracker()
    ) {
        self.plan = plan
        self.connection = connection
        self.handlers = handlers
        self.deletions = deletions
    }

    // MARK: Start and end

    /// Returns when the consumer is in effect.
    ///
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`. The caller ends the consumer then.
    func start(by deadline: ContinuousClock.Instant) async throws {
        state.withLock { state in
            guard !state.isEnding else { return }
            if plan.isDeletedAtEnd { _ = deletions.begin() }
            state.runner = Task {
                await self.run()
                if self.plan.isDeletedAtEnd { self.deletions.end() }
            }
        }
        try await started.value(until: deadline, orThrow: self.startError)
    }

    private var startError: MicroError {
        if let problem = state.withLock(\.problem) { return problem }
        guard connection.currentSession != nil else { return connection.problem }
        return connection.kind.error(.deadlineExceeded, "\(connection) did not confirm a consumer in time")
    }

    /// Why nothing is delivered at present; nil if the consumer is in effect.
    var problem: MicroError? { state.withLock(\.problem) }

    /// The channel of the consumer. Waits until the consumer is in effect.
    ///
    /// - Throws: ``/MicroCore/MicroError`` at the deadline, or if the consumer has ended; `CancellationError`.
    func channel(by deadline: ContinuousClock.Instant) async throws -> RabbitMQChannel {
        let promise = Promise<RabbitMQChannel>()
        let channel = try state.withLock { state -> RabbitMQChannel? in
            if let channel = state.channel, channel.isOpen { return channel }
            if state.isEnding { throw connection.closedError }
            state.waiters.append(promise)
            return nil
        }
        if let channel { return channel }
        defer { state.withLock { $0.waiters.removeAll { $0 === promise } } }
        return try await promise.value(until: deadline, orThrow: self.startError)
    }

    /// Requests no further messages. Returns when those that were already sent have been received, or at the deadline.
    ///
    /// - Parameter unbinding: Whether the queue first gets no more messages, so that none stays in it.
    func stopReceiving(unbinding: Bool = false, by deadline: ContinuousClock.Instant) async {
        guard let channel = state.withLock(\.channel) else { return }
        // A lost connection delivers nothing either.
        if unbinding { _ = try? await channel.perform(unbindings, by: deadline) }
        _ = try? await channel.perform([.basicCancel(tag: Self.consumerTag)], by: deadline)
    }

    private var unbindings: [AMQPCommand] {
        plan.bindingKeys.map {
            .queueUnbind(queue: plan.queue.name, exchange: connection.configuration.exchange, key: $0)
        }
    }

    /// Ends the consumer once everything that was delivered is settled, or once its queue is deleted. Does not wait.
    func end() {
        let (channelEnd, runner, waiters) = state.withLock { state in
            state.isEnding = true
            defer { state.waiters = [] }
            return (state.channelEnd, state.runner, state.waiters)
        }
        for waiter in waiters { waiter.reject(with: connection.closedError) }
        if let channelEnd { channelEnd.resolve(with: .success(nil)) } else { runner?.cancel() }
    }

    // MARK: The loop

    private func run() async {
        var failures = 0
        while !state.withLock(\.isEnding), !Task.isCancelled {
            do {
                let (channel, end) = try await open()
                failures = 0
                report(nil)
                started.resolve()
                guard let error = try await end.value() else { return await finish(channel) }
                throw error
            } catch let error as MicroError {
                state.withLock { ($0.channel, $0.channelEnd) = (nil, nil) }
                let isLost = !error.isTemporary || connection.currentSession != nil
                report(error)
                if !error.isTemporary || error.isLockedQueue { started.reject(with: error) }
                // A lost connection has its own backoff.
                if isLost, !state.withLock(\.isEnding) {
                    try? await Task.sleep(for: Backoff.afterFailure(error, attempt: failures))
                }
                failures += 1
            } catch {
                return
            }
        }
    }

    /// Declares the queue and starts the consumer, with all commands in one write.
    private func open() async throws -> (RabbitMQChannel, Promise<MicroError?>) {
        let deadline = ContinuousClock.now + connection.configuration.timeout
        let session = try await connection.connected(by: deadline)
        try await session.ensureExchange(connection.configuration, by: deadline)
        let end = Promise<MicroError?>()
        let handlers = handlers
        let current = Mutex<RabbitMQChannel?>(nil)
        let channel = try session.makeChannel(
            .init(
                delivered: { contents in
                    if let channel = current.withLock(\.self) { handlers.delivered(contents, channel) }
                },
                ended: { error in
                    if error.isMissingEntity { session.hasExchange.store(false, ordering: .releasing) }
                    // Breaks the cycle of references.
                    current.withLock { $0 = nil }
                    end.resolve(with: .success(error))
                }))
        current.withLock { $0 = channel }
        let isEnding = state.withLock { state in
            state.channelEnd = end
            return state.isEnding
        }
        if isEnding { end.resolve(with: .success(nil)) }
        try await channel.perform(
            [.channelOpen, .queueDeclare(plan.queue)]
                + plan.bindingKeys.map {
                    .queueBind(queue: plan.queue.name, exchange: connection.configuration.exchange, key: $0)
                }
                + (plan.prefetch.map { [.basicQos(prefetch: $0)] } ?? [])
                + [
                    .basicConsume(
                        queue: plan.queue.name, tag: Self.consumerTag, isAcknowledged: plan.prefetch != nil)
                ], by: deadline)
        let waiters = state.withLock { state in
            state.channel = channel
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resolve(with: .success(channel)) }
        return (channel, end)
    }

    /// Ends the consumer once everything that was delivered is settled, or once its queue is deleted.
    private func finish(_ channel: RabbitMQChannel) async {
        // After a loss of the connection there is nothing to end: an abandoned queue expires.
        _ = try? await endConsumer(channel, by: .now + connection.configuration.timeout)
        if !plan.isDeletedAtEnd { await handlers.waitUntilSettled() }
        channel.close()
    }

    private func endConsumer(_ channel: RabbitMQChannel, by deadline: ContinuousClock.Instant) async throws {
        let cancel = AMQPCommand.basicCancel(tag: Self.consumerTag)
        guard plan.isDeletedAtEnd else {
            try await channel.perform([cancel], by: deadline)
            return
        }
        // A quorum queue that is deleted refuses the messages that it has not stored yet. Their publishers would publish
        // them again, to all other queues, too. So it first gets no more messages.
        try await channel.perform([cancel] + unbindings, by: deadline)
        try await channel.perform([.queueDelete(plan.queue.name)], by: deadline)
    }

    private func report(_ problem: MicroError?) {
        let isNew = state.withLock { state in
            defer { state.problem = problem }
            return state.problem?.code != problem?.code
        }
        handlers.reported(problem)
        if isNew, let problem, connection.currentSession != nil {
            connection.logger.warning(
                "a subscription was interrupted", metadata: ["topic": "\(plan.name)", "cause": "\(problem)"])
        }
    }
}

extension MicroError {
    /// Whether a queue belongs to another connection.
    fileprivate var isLockedQueue: Bool { code == .unavailable && message.contains("405 RESOURCE_LOCKED") }
}
