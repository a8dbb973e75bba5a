// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import NIOCore
import Synchronization

/// A broker with one defect.
final class MutantBroker: Broker {
    private struct State {
        var topics: Set<String> = []
        var isDead = false
    }

    private let defect: BrokerDefect?
    private let base: any Broker
    private let sharedState: MutantBackendState
    private let secrets: [String]
    private let makeAnother: @Sendable () async throws -> any Broker
    private let id: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - secrets: Texts that must not be in messages.
    ///   - makeAnother: Makes another client of the same kind.
    init(
        _ defect: BrokerDefect?, of base: any Broker, in sharedState: MutantBackendState, secrets: [String],
        makeAnother: @escaping @Sendable () async throws -> any Broker
    ) {
        self.defect = defect
        self.base = base
        self.sharedState = sharedState
        self.secrets = secrets
        self.makeAnother = makeAnother
        id = sharedState.state.withLock { state in
            state.clients += 1
            return state.clients
        }
    }

    var name: String { base.name }
    var capabilities: BrokerCapabilities { base.capabilities }
    var description: String { base.description }

    // MARK: Publishing

    func publish(_ message: BrokerMessage, to topic: String) async throws {
        var (message, topic) = (message, topic)
        switch defect {
        case .mergesRepeatedHeaders:
            message.headers = message.headers.reduce(into: [:]) { $0[$1.name] = $1.value }
        case .truncatesHeadersAtLineEnds:
            message.headers = message.headers.reduce(into: [:]) {
                $0.add($1.name.isEmpty ? "k" : $1.name, String($1.value.prefix { !$0.isNewline }))
            }
        case .leaksOwnHeaders: message.headers.add("Mutant-Topic", topic)
        case .overwritesContentType where message.headers["Content-Type"] != nil:
            message.headers["Content-Type"] = "text/x"
        case .requiresEnvelope: message.headers.add("Mutant-Envelope", "1")
        case .acceptsOversizedPayloads where message.body.readableBytes > capabilities.maxBodySize: return
        case .acceptsBadTopics where !TopicRules.isTopic(topic): return
        case .mixesTopics where topic.hasSuffix("0"): topic.removeLast()
        case .replaysOldMessages: sharedState.state.withLock { $0.published[topic, default: []].append(message) }
        case .delaysSomePublications where isEveryNth(10):
            let late = (message, topic)
            Task { [base] in
                try await Task.sleep(for: .milliseconds(5))
                try await base.publish(late.0, to: late.1)
            }
            return
        case .losesSomeUnderLoad where isEveryNth(97): return
        case .lateAcknowledgementBreaksConnection where sharedState.state.withLock(\.isBroken):
            throw MicroError(.internal, "the connection is closed")
        case .ignoresCancellation: await Task.detached { try? await Task.sleep(for: .seconds(2)) }.value
        case .publishesAfterReportedFailure: return try await publishInBackgroundAfterFailure(message, topic)
        case .reportsSuccessInOutage, .reportsFailureAsSuccess, .reportsErrorRepliesAsSuccess:
            do { try await base.publish(message, to: topic) } catch is MicroError {}
            return
        case .retriesWithoutBackoff: return try await publishInRetryLoop(message, topic)
        case .neverRecovers:
            guard !state.withLock(\.isDead) else { throw MicroError(.unavailable, "the backend was unavailable") }
        default: break
        }
        try await mappingErrors { try await base.publish(message, to: topic) }
    }

    private func publishInBackgroundAfterFailure(_ message: BrokerMessage, _ topic: String) async throws {
        do { try await base.publish(message, to: topic) } catch let error as MicroError {
            Task { [base] in
                for _ in 0..<10 {
                    do { return try await base.publish(message, to: topic) } catch is MicroError {}
                }
            }
            throw error
        }
    }

    private func publishInRetryLoop(_ message: BrokerMessage, _ topic: String) async throws {
        do { try await base.publish(message, to: topic) } catch let error as MicroError {
            Task { [makeAnother] in
                for _ in 0..<200 {
                    guard let client = try? await makeAnother() else { return }
                    try? await client.publish(message, to: topic)
                    await client.close(deadline: .now)
                }
            }
            throw error
        }
    }

    private func isEveryNth(_ step: Int) -> Bool {
        sharedState.state.withLock { state in
            state.messages += 1
            return state.messages % step == 0
        }
    }

    func request(_ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant) async throws
        -> BrokerMessage
    {
        do { return try await base.request(message, to: topic, deadline: deadline) } catch let error as MicroError
            where defect == .requestWaitsForDeadline && error.code == .notFound
        {
            try await Task.sleep(until: deadline, clock: .continuous)
            throw error
        }
    }

    // MARK: Subscribing

    func subscribe(to topic: String, queue: String?, options: SubscribeOptions) async throws -> Subscription {
        var (topic, queue, options) = (topic, queue, options)
        let isQueue = capabilities.features.contains(.queues)
        switch defect {
        case .servesOnlyFirstSubscription where state.withLock({ !$0.topics.insert(topic).inserted }):
            return Subscription.makeStream(options: options).subscription
        case .ignoresQueues: queue = nil
        case .ignoresQueuesOfPatterns where topic.contains(where: { "*>".contains($0) }): queue = nil
        case .separatesQueuesByClient: queue = queue.map { "\($0)-\(id)" }
        case .treatsAllSubscribersAsQueue where isQueue: queue = queue ?? "\(topic.prefix { $0 != "." })-shared"
        case .ignoresOptions: (queue, options) = (nil, SubscribeOptions())
        case .ignoresInFlightLimit: options.maxInFlight = nil
        case .neverRedelivers where options.acknowledgementTimeout != nil:
            options.acknowledgementTimeout = .seconds(600)
        case .retriesWithoutLimit: (options.maxAttempts, options.deadLetterTopic) = (nil, nil)
        case .buffersWithoutBound: options.maxBufferedMessages = 1_000_000
        case .losesDurableSubscriptions:
            options.durableName = options.durableName.map { "\($0)-\(UInt32.random(in: .min ... .max))" }
        case .ignoresReplayStart: options.start = .new
        case .wildcardMatchesAllLevels where topic.hasSuffix("*"): topic = "\(topic.dropLast())>"
        case .acceptsBadTopics where !TopicRules.isTopic(topic) && !topic.contains(where: { "*>".contains($0) }):
            return Subscription.makeStream(options: options).subscription
        default: break
        }
        let (effectiveTopic, effectiveQueue, effectiveOptions) = (topic, queue, options)
        let open: @Sendable (String?) async throws -> Subscription = { [base] queue in
            try await base.subscribe(to: effectiveTopic, queue: queue, options: effectiveOptions)
        }
        return try await mappingErrors { try await mutated(effectiveTopic, effectiveQueue, effectiveOptions, open) }
    }

    private func mutated(
        _ topic: String, _ queue: String?, _ options: SubscribeOptions,
        _ open: @escaping @Sendable (String?) async throws -> Subscription
    ) async throws -> Subscription {
        switch defect {
        case .subscribesLate:
            return openedInBackground(options) { _ in
                try await Task.sleep(for: .milliseconds(30))
                return try await open(queue)
            }
        case .dropsHeaders:
            return try await piped(options, queue, open) { $1.yield($0.withMessage { $0.headers = [:] }) }
        case .dropsHeadersInQueues where queue != nil:
            return try await piped(options, queue, open) { $1.yield($0.withMessage { $0.headers = [:] }) }
        case .closeEndsOtherSubscriptions:
            return try await piped(
                options, queue, open,
                onSource: { source in
                    sharedState.state.withLock { $0.ends["", default: []].append { source.finish() } }
                },
                forward: { $1.yield($0) })
        case .dropsTraceContext:
            return try await piped(options, queue, open) {
                $1.yield($0.withMessage { $0.headers["traceparent"] = nil })
            }
        case .requiresEnvelope:
            return try await piped(options, queue, open) { delivery, source in
                guard delivery.message.headers["Mutant-Envelope"] != nil else { return delivery.acknowledge() }
                source.yield(delivery.withMessage { $0.headers["Mutant-Envelope"] = nil })
            }
        case .replaysOldMessages:
            let old = sharedState.state.withLock { $0.published[topic] ?? [] }
            return openedInBackground(options) { source in
                for message in old { source.yield(Delivery(topic: topic, message: message, settle: { _ in })) }
                return try await open(queue)
            }
        case .reportsPatternAsTopic:
            return try await piped(options, queue, open) { $1.yield($0.changed(topic: topic)) }
        case .omitsAttemptCount:
            return try await piped(options, queue, open) { $1.yield($0.changed(attempt: 1)) }
        case .losesAcknowledgements, .ignoresRejections, .rejectionAcknowledges, .lateAcknowledgementBreaksConnection,
            .delaysOnlyFirstRejection:
            return try await pipedSettling(options, queue, open)
        case .settlesByPosition:
            // Deliveries are numbered from zero again after an outage.
            let positions = Mutex<(outages: Int, deliveries: [Delivery])>((0, []))
            return try await piped(options, queue, open) { [sharedState] delivery, source in
                let position = positions.withLock { state in
                    if state.outages != sharedState.outages { state = (sharedState.outages, []) }
                    state.deliveries.append(delivery)
                    return state.deliveries.count - 1
                }
                let settled = delivery.changed { settlement in
                    let now = positions.withLock { state in
                        state.deliveries.indices.contains(position) ? state.deliveries[position] : nil
                    }
                    (now ?? delivery).forward(settlement)
                }
                source.yield(settled)
            }
        case .redeliversDuringLongHandlers:
            return try await piped(options, queue, open) { delivery, source in
                let isSettled = Atomic(false)
                let settled = delivery.changed { settlement in
                    isSettled.store(true, ordering: .relaxed)
                    delivery.forward(settlement)
                }
                source.yield(settled)
                Task {
                    try? await Task.sleep(for: .milliseconds(200))
                    if !isSettled.load(ordering: .relaxed) { source.yield(delivery.changed()) }
                }
            }
        case .acknowledgesBeforeHandling:
            return try await piped(options, queue, open) { delivery, source in
                delivery.acknowledge()
                source.yield(delivery.changed())
            }
        case .dropsSilently where options.maxBufferedMessages < 100:
            let number = Atomic(0)
            return try await piped(options, queue, open) { delivery, source in
                guard number.wrappingAdd(1, ordering: .relaxed).newValue % 2 == 0 else {
                    return delivery.acknowledge()
                }
                source.yield(delivery)
            }
        case .dropsDeliveriesAfterOutage:
            return try await piped(options, queue, open) { [sharedState] delivery, source in
                guard sharedState.outages == 0 else { return }
                source.yield(delivery)
            }
        case .duplicatesAfterOutage:
            return try await piped(options, queue, open) { [sharedState] delivery, source in
                source.yield(delivery)
                if sharedState.outages > 0 { source.yield(delivery.changed()) }
            }
        case .stopsUpdating:
            let first = Mutex<ContinuousClock.Instant?>(nil)
            return try await piped(options, queue, open) { delivery, source in
                let start = first.withLock { first in
                    first = first ?? .now
                    return first ?? .now
                }
                if ContinuousClock.now - start < .milliseconds(700) { source.yield(delivery) }
            }
        case .losesQueueAfterOutage where queue != nil: return try await pipedLosingQueue(options, queue, open)
        case .leaksSubscriptions:
            // Never cancelled.
            let inner = try await open(queue)
            let (subscription, source) = Subscription.makeStream(options: options)
            Task { for await delivery in inner { source.yield(delivery) } }
            return subscription
        case .unsubscribeBlocks:
            return try await piped(
                options, queue, open, ending: { Thread.sleep(forTimeInterval: 3) }, forward: { $1.yield($0) })
        case .endsSiblingSubscriptions: return try await pipedEndingSiblings(topic, options, queue, open)
        default: return try await open(queue)
        }
    }

    /// The end of a subscription ends the others of the topic.
    private func pipedEndingSiblings(
        _ topic: String, _ options: SubscribeOptions, _ queue: String?,
        _ open: @escaping @Sendable (String?) async throws -> Subscription
    ) async throws -> Subscription {
        let sharedState = sharedState
        let end: @Sendable () -> Void = {
            let ends = sharedState.state.withLock { state in
                defer { state.ends[topic] = nil }
                return state.ends[topic] ?? []
            }
            for end in ends { end() }
        }
        return try await piped(
            options, queue, open, ending: end,
            onSource: { source in
                sharedState.state.withLock { $0.ends[topic, default: []].append { source.finish() } }
            },
            forward: { $1.yield($0) })
    }

    private func pipedSettling(
        _ options: SubscribeOptions, _ queue: String?,
        _ open: @escaping @Sendable (String?) async throws -> Subscription
    ) async throws -> Subscription {
        let (defect, sharedState) = (defect, sharedState)
        return try await piped(options, queue, open) { delivery, source in
            let settled = delivery.changed { settlement in
                switch (defect, settlement) {
                case (.losesAcknowledgements, .acknowledged), (.ignoresRejections, .rejected): break
                case (.rejectionAcknowledges, _): delivery.acknowledge()
                case (.delaysOnlyFirstRejection, .rejected) where delivery.attempt > 1: try? delivery.reject()
                default:
                    if source.base.hasEnded { sharedState.state.withLock { $0.isBroken = true } }
                    delivery.forward(settlement)
                }
            }
            source.yield(settled)
        }
    }

    /// After an outage, the subscription is no longer a member of the queue.
    private func pipedLosingQueue(
        _ options: SubscribeOptions, _ queue: String?,
        _ open: @escaping @Sendable (String?) async throws -> Subscription
    ) async throws -> Subscription {
        let alone = try await open(nil)
        let (subscription, source) = Subscription.makeStream(options: options) { Task { await alone.cancel() } }
        let member = try await open(queue)
        let sharedState = sharedState
        for (inner, isAfter) in [(alone, true), (member, false)] {
            Task {
                for await delivery in inner {
                    if (sharedState.outages > 0) == isAfter { source.yield(delivery) } else { delivery.acknowledge() }
                }
            }
        }
        return subscription
    }

    // MARK: Forwarding

    private typealias Forward = @Sendable (Delivery, MutantSource) -> Void

    /// The source that feeds a subscription of this broker.
    private func mutantSource(_ base: Subscription.Source) -> MutantSource {
        MutantSource(base: base, settles: capabilities.features.contains(.acknowledgements))
    }

    /// A subscription that a closure forwards the deliveries of another subscription to.
    private func piped(
        _ options: SubscribeOptions, _ queue: String?, _ open: @Sendable (String?) async throws -> Subscription,
        ending: @escaping @Sendable () -> Void = {}, onSource: (Subscription.Source) -> Void = { _ in },
        forward: @escaping Forward
    ) async throws -> Subscription {
        let inner = try await open(queue)
        let (subscription, source) = Subscription.makeStream(options: options) {
            ending()
            Task { await inner.cancel() }
        }
        onSource(source)
        let mutantSource = self.mutantSource(source)
        Task {
            for await delivery in inner { forward(delivery, mutantSource) }
            source.finish()
        }
        return subscription
    }

    /// A subscription that is opened in the background.
    private func openedInBackground(
        _ options: SubscribeOptions, _ open: @escaping @Sendable (MutantSource) async throws -> Subscription
    ) -> Subscription {
        let (subscription, source) = Subscription.makeStream(options: options)
        let mutantSource = self.mutantSource(source)
        Task {
            guard let inner = try? await open(mutantSource) else { return }
            for await delivery in inner {
                source.yield(delivery)
                if source.hasEnded { break }
            }
        }
        return subscription
    }

    // MARK: Closing

    func close(deadline: ContinuousClock.Instant) async {
        switch defect {
        case .worksAfterClose: break
        case .closeDropsBuffers: await base.close(deadline: .now)
        case .closeEndsOtherSubscriptions:
            for end in sharedState.state.withLock({ $0.ends[""] ?? [] }) { end() }
            await base.close(deadline: deadline)
        case .closeIgnoresDeadline: await base.close(deadline: .now + .seconds(600))
        case .closeHangsInOutage where sharedState.state.withLock(\.isDown):
            await Task.detached { try? await Task.sleep(for: .seconds(600)) }.value
        default: await base.close(deadline: deadline)
        }
    }

    // MARK: Errors

    private func mappingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch var error as MicroError {
            switch defect {
            case .reportsRefusalAsOutage where error.code == .unauthenticated || error.code == .permissionDenied:
                error = MicroError(.unavailable, error.message)
            case .leaksSecrets: error.message += " (\(secrets.joined(separator: ", ")))"
            case .neverRecovers where error.code == .unavailable: state.withLock { $0.isDead = true }
            default: break
            }
            throw error
        } catch is CancellationError where defect == .reportsCancellationAsFailure {
            throw MicroError(.unavailable, "an operation was cancelled")
        }
    }
}
