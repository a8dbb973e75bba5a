// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import Synchronization

/// Fills a subscription with messages of JetStream: requests as many messages as may be unsettled.
final class JetStreamFeed: NATSFeed {
    struct Limits: Sendable {
        /// The maximum number of unsettled messages.
        let maxInFlight: Int
        /// The maximum size of unsettled messages, in bytes.
        let maxBytes: Int
        /// The number of deliveries after which a message becomes a dead letter.
        let maxAttempts: Int
    }

    /// How long the server keeps a request for messages.
    private static let requestExpiry = Duration.seconds(30)
    /// How often the server confirms that it keeps a request.
    private static let idleHeartbeat = Duration.milliseconds(1500)
    /// The time without a message or confirmation after which requests are regarded as lost.
    private static let silenceLimit = idleHeartbeat * 2 + .milliseconds(500)
    private static let backoff = Backoff(base: .milliseconds(100), maxDelay: .seconds(5))

    struct State {
        var window: JetStreamPullWindow
        /// Whether the server may have lost the consumer.
        var needsConsumerCheck = false
        /// The number of requests that the server rejected since it last delivered a message.
        var consecutiveRejections = 0
        var deadLetters: [JetStreamDeadLetter] = []
        var isStopped = false
        var hasEnded = false
        /// Whether ``run()`` ends the subscription to the inbox.
        var isRunning = false
    }

    let source: Subscription.Source
    let consumer: JetStreamConsumer
    let jetStream: JetStream
    let connection: NATSConnectionManager
    let limits: Limits
    let deadLetterTopic: String?
    let logger: Logger
    let deadLetterWarnings = LogThrottle()
    let state: Mutex<State>
    let signal = NATSSignal()
    private let inbox: String
    private let subscription = Mutex<NATSSubscription?>(nil)
    private let observerID = Mutex<UInt64?>(nil)

    init(
        _ source: Subscription.Source, consumer: JetStreamConsumer, of jetStream: JetStream,
        connection: NATSConnectionManager, limits: Limits, deadLetterTopic: String?, logger: Logger
    ) throws {
        self.source = source
        self.consumer = consumer
        self.jetStream = jetStream
        self.connection = connection
        self.limits = limits
        self.deadLetterTopic = deadLetterTopic
        self.logger = logger
        inbox = NATSSubject.makeUnique(prefix: connection.configuration.inboxPrefix)
        state = Mutex(State(window: JetStreamPullWindow(limits)))
        let added = try connection.subscribe("\(inbox).*") { error in
            source.report(error?.addingInboxAdvice)
        } receive: { [weak self] messages in
            self?.receive(messages)
        }
        subscription.withLock { $0 = added }
        let id = connection.addObserver { [weak self] event in self?.handle(event) }
        observerID.withLock { $0 = id }
    }

    // MARK: Start and end

    func start(by deadline: ContinuousClock.Instant) async throws {
        do {
            if let subscription = subscription.withLock(\.self) {
                try await connection.confirm(subscription, by: deadline)
            }
            var cause: MicroError?
            while true {
                do { try await consumer.ensure(by: deadline) } catch let error as MicroError where error.isTemporary {
                    // The last attempt may only be short of time.
                    if cause == nil || error.code != .deadlineExceeded { cause = error }
                    guard deadline - .now > .milliseconds(100) else { throw cause ?? error }
                    // The connection has just been lost, JetStream is about to start, or the stream has no leader.
                    try await Task.sleep(for: .milliseconds(50))
                    continue
                }
                break
            }
        } catch {
            await consumer.remove(by: .now + .milliseconds(200))
            throw error
        }
        state.withLock { $0.isRunning = true }
        jetStream.runTask(of: self) { await self.run() }
    }

    func stopReceiving() {
        state.withLock { $0.isStopped = true }
        if let subscription = subscription.withLock(\.self) { connection.stopDelivery(of: subscription) }
    }

    /// Called when the subscription has ended or begins to drain. Does not wait. Messages in flight are returned.
    func end() {
        let (isFirst, isRunning) = state.withLock { state in
            defer { (state.isStopped, state.hasEnded) = (true, true) }
            return (!state.hasEnded, state.isRunning)
        }
        guard isFirst else { return }
        if isRunning { stopReceiving() } else { unsubscribe() }
        if let observerID = observerID.withLock({ $0.take() }) { connection.removeObserver(observerID) }
        signal.notify()
    }

    private func unsubscribe() {
        if let subscription = subscription.withLock({ $0.take() }) { connection.unsubscribe(subscription) }
    }

    private func handle(_ event: NATSConnectionManager.Event) {
        switch event {
        case .connected: signal.notify()
        case .disconnected:
            // When a connection ends, the server drops its requests.
            state.withLock { state in
                state.window.requestsWereLost()
                state.needsConsumerCheck = true
            }
            signal.notify()
        case .publicationDenied: break
        }
    }

    // MARK: Requesting

    private func run() async {
        var failures = 0
        while !state.withLock(\.hasEnded), !Task.isCancelled {
            do {
                try await step()
                failures = 0
                reportProblem(nil)
                await signal.wait(until: nextCheck())
            } catch is CancellationError {
                break
            } catch {
                if failures == 0 {
                    logger.warning(
                        "a subscription was interrupted",
                        metadata: ["consumer": "\(consumer.name)", "cause": "\(error)"])
                }
                reportProblem(error as? MicroError)
                state.withLock { $0.needsConsumerCheck = true }
                await signal.wait(until: .now + Self.backoff.delay(attempt: failures))
                failures += 1
            }
        }
        await connection.flush(by: .now + .seconds(1))
        unsubscribe()
        // Deliveries in progress may still become dead letters while the subscription drains.
        while !source.hasEnded, !Task.isCancelled {
            await signal.wait(until: .now + .milliseconds(50))
            await publishDeadLetters()
        }
        await consumer.remove(by: .now + .seconds(1))
    }

    private func step() async throws {
        await publishDeadLetters()
        let rejections = state.withLock(\.consecutiveRejections)
        if rejections > 0 { try await Task.sleep(for: Self.backoff.delay(attempt: rejections - 1)) }
        let needsCheck = state.withLock { state in
            defer { state.needsConsumerCheck = false }
            return state.needsConsumerCheck
        }
        if needsCheck || consumer.nextRefresh <= .now {
            try await consumer.ensure(by: .now + connection.configuration.timeout)
        }
        try await requestMessages()
    }

    /// Reports why nothing is delivered, unless the refusal of the subscription is the reason.
    private func reportProblem(_ problem: MicroError?) {
        if subscription.withLock(\.self)?.refusal == nil { source.report(problem) }
    }

    /// Requests as many messages as the window has room for, if a request is worthwhile.
    private func requestMessages() async throws {
        // Requests are counted per session, and dropped when the session ends.
        let session = try await connection.connected(by: .now + connection.configuration.timeout)
        let (count, isSuspect) = state.withLock { state -> (Int, Bool) in
            let isSuspect = state.window.expire(silentSince: .now - Self.silenceLimit)
            if isSuspect { state.needsConsumerCheck = true }
            let count = state.isStopped ? 0 : state.window.takeRequest(buffered: source.pendingCount)
            return (count, isSuspect)
        }
        if isSuspect { signal.notify() }
        guard count > 0 else { return }
        let request = GetNextRequest(batch: count, expires: Self.requestExpiry, idleHeartbeat: Self.idleHeartbeat)
        _ = session.write { $0.appendPublish(request.message, to: consumer.nextSubject, reply: "\(inbox).\(count)") }
    }

    private func nextCheck() -> ContinuousClock.Instant {
        // A message that arrives in the meantime expires no earlier than after the acknowledgement timeout.
        let latest = min(.now + min(Self.idleHeartbeat, consumer.acknowledgementTimeout), consumer.nextRefresh)
        let (expiry, silenceStart) = state.withLock { ($0.window.nextExpiry, $0.window.silenceStart) }
        return min(expiry ?? latest, silenceStart.map { $0 + Self.silenceLimit } ?? latest, latest)
    }
}

extension MicroError {
    /// Whether the operation may succeed soon.
    fileprivate var isTemporary: Bool { code == .unavailable || code == .deadlineExceeded }
}
