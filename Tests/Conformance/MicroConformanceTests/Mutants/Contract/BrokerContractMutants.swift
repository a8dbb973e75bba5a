// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import NIOCore

extension ContractMutant<BrokerHooks> {
    /// The mutants of a broker.
    static let broker: [Self] = [messages, publishing, subscribing, options, settling, lifecycle, readers, failures]
        .flatMap(\.self)

    /// A mutant that changes messages before they are published.
    private static func publishing(
        _ name: String, _ requirement: String, _ change: @escaping @Sendable (inout BrokerMessage) -> Void
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.publish = { [base = hooks.base] message, topic in
                var message = message
                change(&message)
                try await base.publish(message, to: topic)
            }
        }
    }

    /// A mutant that replaces deliveries.
    private static func delivering(
        _ name: String, _ requirement: String,
        _ change: @escaping @Sendable (Delivery, BrokerHooks.Context) -> [Delivery]
    ) -> Self {
        ContractMutant(name, requirement) { $0.deliver = change }
    }

    /// A mutant that changes what is subscribed to.
    private static func subscribing(
        _ name: String, _ requirement: String,
        _ change: @escaping @Sendable (inout String, inout String?, inout SubscribeOptions) -> Void
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.subscribe = { [base = hooks.base] topic, queue, options in
                var (topic, queue, options) = (topic, queue, options)
                change(&topic, &queue, &options)
                return try await base.subscribe(to: topic, queue: queue, options: options)
            }
        }
    }

    /// A mutant that settles deliveries in another way.
    private static func settling(
        _ name: String, _ requirement: String,
        _ settle: @escaping @Sendable (Delivery, Delivery.Settlement, BrokerHooks.Context) -> Void
    ) -> Self {
        delivering(name, requirement) { delivery, context in
            [delivery.changed(settle: { settle(delivery, $0, context) })]
        }
    }

    private static func mapped(_ headers: Headers, _ change: (String, String) -> (String, String)?) -> Headers {
        headers.reduce(into: [:]) { if let field = change($1.name, $1.value) { $0.add(field.0, field.1) } }
    }

    // MARK: Messages

    private static let messages: [Self] = [
        publishing("truncatesLargeBodies", "B-message") {
            $0.body = $0.body.getSlice(at: $0.body.readerIndex, length: min(32_768, $0.body.readableBytes)) ?? $0.body
        },
        publishing("trimsTrailingLineBreaks", "B-message") { message in
            if message.body.readableBytesView.last == 0x0A {
                message.body = ByteBuffer(bytes: message.body.readableBytesView.dropLast())
            }
        },
        publishing("dropsEmptyHeaderValues", "B-message") { message in
            message.headers = mapped(message.headers) { $1.isEmpty ? nil : ($0, $1) }
        },
        publishing("keepsThirtyTwoHeaders", "B-message") { message in
            message.headers = message.headers.prefix(32).reduce(into: [:]) { $0.add($1.name, $1.value) }
        },
        publishing("truncatesHeaderValues", "B-message") { message in
            message.headers = mapped(message.headers) { ($0, String($1.prefix(1024))) }
        },
        publishing("reversesHeaders", "B-repeated-headers") { message in
            message.headers = message.headers.reversed().reduce(into: [:]) { $0.add($1.name, $1.value) }
        },
        publishing("replacesCharactersBeyondASCII", "B-message") { message in
            message.headers = mapped(message.headers) { ($0, String($1.map { $0.isASCII ? $0 : "?" })) }
        },
        publishing("decodesPercentSigns", "B-message") { message in
            message.headers = mapped(message.headers) { ($0, $1.split(separator: "%20").joined(separator: " ")) }
        },
        publishing("addsContentType", "B-message-own-headers") { message in
            if message.headers["Content-Type"] == nil { message.headers["Content-Type"] = "application/json" }
        },
        publishing("addsTimestamp", "B-message-own-headers") { $0.headers.add("Timestamp", "1") },
        publishing("keepsLastOfRepeatedHeaders", "B-repeated-headers") { message in
            message.headers = message.headers.reduce(into: [:]) { $0[$1.name] = $1.value }
        },
        publishing("bodyBecomesText", "B-message") { $0.body = ByteBuffer(string: String(buffer: $0.body)) },
        delivering("dropsEmptyMessages", "B-message") { delivery, _ in
            if delivery.message.body.readableBytes > 0 { return [delivery] }
            delivery.acknowledge()
            return []
        },
    ]

    // MARK: Publishing

    private static let publishing: [Self] = [
        publishing("replacesLineBreaksInHeaders", "B-rules") { message in
            message.headers = mapped(message.headers) { ($0, String($1.map { $0.isNewline || $0 == "\0" ? " " : $0 })) }
        },
        publishing("trimsHeaderValues", "B-rules") { message in
            message.headers = mapped(message.headers) { name, value in
                (name, value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " "))
            }
        },
        publishing("dropsInvalidHeaderNames", "B-rules") { message in
            message.headers = mapped(message.headers) { name, value in
                name.isEmpty || name.contains(" ") || name.contains(":") ? nil : (name, value)
            }
        },
        ContractMutant("truncatesLongTopics", "B-rules") { hooks in
            hooks.publish = { [base = hooks.base] in try await base.publish($0, to: String($1.prefix(247))) }
        },
        ContractMutant("removesDotsFromTopics", "B-rules") { hooks in
            hooks.publish = { [base = hooks.base] message, topic in
                try await base.publish(message, to: topic.split(separator: ".").joined(separator: "."))
            }
        },
        ContractMutant("refusesTheMaximumSize", "B-size") { hooks in
            hooks.publish = { [base = hooks.base] message, topic in
                guard message.body.readableBytes < base.capabilities.maxBodySize else {
                    throw MicroError(.payloadTooLarge, "the body is too large")
                }
                try await base.publish(message, to: topic)
            }
        },
        ContractMutant("reportsLargeBodiesAsInternal", "B-size") { hooks in
            hooks.publish = { [base = hooks.base] message, topic in
                guard message.body.readableBytes <= base.capabilities.maxBodySize else {
                    throw MicroError(.internal, "the body is too large")
                }
                try await base.publish(message, to: topic)
            }
        },
        ContractMutant("refusesToPublishWithoutSubscribers", "B-publish-no-subscribers") { hooks in
            let (base, sharedState) = (hooks.base, hooks.sharedState)
            hooks.subscribe = {
                sharedState.exchange($0, true)
                return try await base.subscribe(to: $0, queue: $1, options: $2)
            }
            hooks.publish = {
                guard sharedState.value($1, as: Bool.self) == true else { throw MicroError(.notFound, "no subscriber") }
                try await base.publish($0, to: $1)
            }
        },
        ContractMutant("swapsMessages", "B-order") { hooks in
            hooks.publish = { [base = hooks.base, clientState = hooks.clientState] message, topic in
                guard clientState.count() % 20 == 7 else { return try await base.publish(message, to: topic) }
                Task {
                    try await Task.sleep(for: .milliseconds(3))
                    try await base.publish(message, to: topic)
                }
            }
        },
        ContractMutant("losesEveryHundredthMessage", "B-subscribe-all") { hooks in
            hooks.publish = { [base = hooks.base, clientState = hooks.clientState] in
                if clientState.count() % 100 != 0 { try await base.publish($0, to: $1) }
            }
        },
        ContractMutant("publishesEveryFiftiethTwice", "B-at-most-once") { hooks in
            hooks.publish = { [base = hooks.base, clientState = hooks.clientState] in
                try await base.publish($0, to: $1)
                if clientState.count() % 50 == 0 { try await base.publish($0, to: $1) }
            }
        },
        ContractMutant("publishIgnoresCancellation", "B-cancellation") { hooks in
            hooks.publish = { [base = hooks.base] message, topic in
                try await Task { try await base.publish(message, to: topic) }.value
            }
        },
        ContractMutant("publishThrowsForeignErrors", "B-errors") { hooks in
            hooks.publish = { [base = hooks.base] message, topic in
                do { try await base.publish(message, to: topic) } catch let error as MicroError {
                    if error.code == .closed || error.code == .unavailable { throw ForeignError() }
                    throw error
                }
            }
        },
        ContractMutant("repliesWithoutHeaders", "B-requests") { hooks in
            hooks.request = { [base = hooks.base] in
                var reply = try await base.request($0, to: $1, deadline: $2)
                reply.headers = [:]
                return reply
            }
        },
        ContractMutant("missingSubscriberIsUnavailable", "B-requests") { hooks in
            hooks.request = { [base = hooks.base] in
                do { return try await base.request($0, to: $1, deadline: $2) } catch let error as MicroError {
                    throw MicroError(error.code == .notFound ? .unavailable : error.code, error.message)
                }
            }
        },
        ContractMutant("missingReplyIsUnavailable", "B-requests") { hooks in
            hooks.request = { [base = hooks.base] in
                do { return try await base.request($0, to: $1, deadline: $2) } catch let error as MicroError {
                    throw MicroError(error.code == .deadlineExceeded ? .unavailable : error.code, error.message)
                }
            }
        },
        ContractMutant("repliesAreSharedByTopic", "B-requests") { hooks in
            hooks.request = { [base = hooks.base, clientState = hooks.clientState] message, topic, deadline in
                let reply = try await base.request(message, to: topic, deadline: deadline)
                return clientState.exchange(topic, reply) ?? reply
            }
        },
        ContractMutant("requestsIgnoreTheirDeadline", "B-requests") { hooks in
            hooks.request = { [base = hooks.base] message, topic, deadline in
                try await base.request(message, to: topic, deadline: deadline + .seconds(3))
            }
        },
        ContractMutant("requestsEndAtTheTimeout", "B-request-deadline") { hooks in
            hooks.request = { [base = hooks.base] message, topic, deadline in
                try await base.request(message, to: topic, deadline: min(deadline, .now + .milliseconds(400)))
            }
        },
        ContractMutant("repliesToMessagesThatAreNoRequests", "B-requests") { hooks in
            hooks.deliver = { delivery, _ in
                [
                    Delivery(
                        topic: delivery.topic, message: delivery.message, attempt: delivery.attempt,
                        settle: { delivery.forward($0) },
                        reply: { if delivery.isRequest { try await delivery.reply(with: $0) } })
                ]
            }
        },
    ]

    // MARK: Subscribing

    private static let subscribing: [Self] = [
        ContractMutant("losesFirstMessage", "B-subscribe-in-effect") { hooks in
            hooks.deliver = { delivery, context in
                guard context.state.count() == 1 else { return [delivery] }
                delivery.acknowledge()
                return []
            }
        },
        ContractMutant("secondSubscriptionReplacesFirst", "B-subscribe-all") { hooks in
            hooks.subscribe = { [base = hooks.base, clientState = hooks.clientState] topic, queue, options in
                let subscription = try await base.subscribe(to: topic, queue: queue, options: options)
                let old: Subscription? = clientState.exchange(topic + (queue ?? ""), subscription)
                await old?.cancel()
                return subscription
            }
        },
        ContractMutant("clientMissesItsOwnMessages", "B-subscribe-all") { hooks in
            let (base, clientState) = (hooks.base, hooks.clientState)
            hooks.publish = {
                clientState.exchange(String(buffer: $0.body), true)
                try await base.publish($0, to: $1)
            }
            hooks.deliver = { delivery, _ in
                guard clientState.value(String(buffer: delivery.message.body), as: Bool.self) == true else {
                    return [delivery]
                }
                delivery.acknowledge()
                return []
            }
        },
        ContractMutant("treatsTopicsAsPrefixes", "B-subscribe-all") { hooks in
            hooks.subscribe = { [base = hooks.base] topic, queue, options in
                let inner = try await base.subscribe(to: topic, queue: queue, options: options)
                guard queue == nil, !topic.contains("*"), !topic.contains(">"), options.durableName == nil,
                    base.capabilities.features.contains(.wildcards)
                else { return inner }
                let below = try await base.subscribe(to: topic + ".>", queue: nil, options: options)
                let (both, source) = Subscription.makeStream(options: options) {
                    Task {
                        await inner.cancel()
                        await below.cancel()
                    }
                }
                for each in [inner, below] { Task { for await delivery in each { source.yield(delivery) } } }
                return both
            }
        },
        subscribing("finalStarMatchesManyTokens", "B-wildcards") { topic, _, _ in
            if topic.hasSuffix(".*") { topic = "\(topic.dropLast())>" }
        },
        ContractMutant("greaterMatchesNoToken", "B-wildcards") { hooks in
            hooks.subscribe = { [base = hooks.base] topic, queue, options in
                let inner = try await base.subscribe(to: topic, queue: queue, options: options)
                guard topic.hasSuffix(".>") else { return inner }
                let other = try await base.subscribe(
                    to: String(topic.dropLast(2)), queue: queue, options: options)
                let (both, source) = Subscription.makeStream(options: options) {
                    Task {
                        await inner.cancel()
                        await other.cancel()
                    }
                }
                for each in [inner, other] { Task { for await delivery in each { source.yield(delivery) } } }
                return both
            }
        },
        ContractMutant("overlappingPatternsDeliverOnce", "B-wildcards") { hooks in
            hooks.deliver = { [clientState = hooks.clientState] delivery, _ in
                let key = "\(delivery.topic) \(String(buffer: delivery.message.body)) \(delivery.attempt)"
                guard clientState.count(key) == 1 else {
                    delivery.acknowledge()
                    return []
                }
                return [delivery]
            }
        },
        delivering("reportsTopicInLowerCase", "B-topic") { delivery, _ in
            [delivery.changed(topic: delivery.topic.lowercased())]
        },
        delivering("queueMembersGetThePatternAsTopic", "B-topic") { delivery, context in
            context.queue == nil ? [delivery] : [delivery.changed(topic: context.topic)]
        },
        delivering("queueMembersGetEmptyHeaders", "B-queue-messages") { delivery, context in
            context.queue == nil ? [delivery] : [delivery.withMessage { $0.headers = [:] }]
        },
        delivering("queueMembersGetTruncatedBodies", "B-queue-messages") { delivery, context in
            guard context.queue != nil else { return [delivery] }
            return [
                delivery.withMessage {
                    $0.body = $0.body.getSlice(at: 0, length: min(1, $0.body.readableBytes)) ?? $0.body
                }
            ]
        },
        subscribing("queuesOfOneNameAreSharedByAllTopics", "B-queues") { topic, queue, _ in
            if queue != nil, let dot = topic.firstIndex(of: ".") { topic = "\(topic[..<dot]).>" }
        },
        subscribing("queueIsIgnoredWithOptions", "B-queues") { _, queue, options in
            if options != SubscribeOptions() { queue = nil }
        },
        subscribing("queueNamesAreCutAtTheDash", "B-queues") { _, queue, _ in
            if let name = queue, let dash = name.lastIndex(of: "-") { queue = String(name[..<dash]) }
        },
        ContractMutant("queueServesOneMemberPerClient", "B-queues") { hooks in
            hooks.subscribe = { [base = hooks.base, clientState = hooks.clientState] topic, queue, options in
                if let queue, clientState.count(topic + queue) > 1 {
                    return Subscription.makeStream(options: options).subscription
                }
                return try await base.subscribe(to: topic, queue: queue, options: options)
            }
        },
        ContractMutant("queueDuplicatesEveryTenthMessage", "B-queues") { hooks in
            hooks.deliver = { [sharedState = hooks.sharedState] delivery, context in
                guard context.queue != nil, sharedState.count("q") % 10 == 0 else { return [delivery] }
                return [delivery, delivery.changed(settle: { _ in })]
            }
        },
    ]

    // MARK: Options

    private static let options: [Self] = [
        subscribing("ignoresReplay", "B-unsupported") { _, _, options in options.start = .new },
        subscribing("ignoresDurableName", "B-unsupported") { _, _, options in options.durableName = nil },
        subscribing("ignoresAcknowledgementTimeout", "B-unsupported") { _, _, options in
            options.acknowledgementTimeout = nil
        },
        subscribing("ignoresDeadLetterTopic", "B-dead-letters") { _, _, options in options.deadLetterTopic = nil },
        subscribing("ignoresPatternWithoutWildcards", "B-unsupported") { topic, _, _ in
            topic = topic.split(separator: ".").filter { $0 != "*" && $0 != ">" }.joined(separator: ".")
        },
        ContractMutant("ignoresRejectionsAtMostOnce", "B-unsupported") { hooks in
            hooks.alwaysSettles = true
            hooks.deliver = { delivery, _ in [delivery.changed(settle: { delivery.forward($0) })] }
        },
        subscribing("acceptsInvalidQueueNames", "B-rules") { _, queue, _ in
            if let name = queue, !TopicRules.isTopic(name) { queue = "queue" }
        },
        subscribing("acceptsInvalidDurableNames", "B-rules") { _, _, options in
            if let name = options.durableName, !TopicRules.isTopic(name) { options.durableName = "durable" }
        },
        subscribing("acceptsLimitsBelowOne", "B-rules") { _, _, options in
            options.maxBufferedMessages = max(1, options.maxBufferedMessages)
            options.maxInFlight = options.maxInFlight.map { max(1, $0) }
        },
        subscribing("buffersTenTimesAsMuch", "B-buffer-count") { _, _, options in
            if options.maxBufferedMessages < 1000 { options.maxBufferedMessages *= 10 }
        },
        subscribing("ignoresMaximumOfBufferedBytes", "B-buffer-bytes") { _, _, options in
            options.maxBufferedBytes = 64 * 1024 * 1024
        },
        ContractMutant("dropsNewestInsteadOfOldest", "B-buffer-count") { hooks in
            hooks.subscribe = { [base = hooks.base] topic, queue, options in
                guard options.maxBufferedMessages < 1000 else {
                    return try await base.subscribe(to: topic, queue: queue, options: options)
                }
                var large = options
                large.maxBufferedMessages = 65_536
                let inner = try await base.subscribe(to: topic, queue: queue, options: large)
                let (subscription, source) = Subscription.makeStream(options: large) { Task { await inner.cancel() } }
                Task {
                    for await delivery in inner where source.pendingCount < options.maxBufferedMessages {
                        source.yield(delivery)
                    }
                    source.finish()
                }
                return subscription
            }
        },
        subscribing("ignoresReplayOfQueues", "B-replay") { _, queue, options in if queue != nil { options.start = .new }
        },
        delivering("replaysOnlyLaterHalf", "B-replay") { delivery, context in
            guard context.options.start == .all, context.state.count() <= 3 else { return [delivery] }
            delivery.acknowledge()
            return []
        },
        subscribing("durableNamesAreForgotten", "B-durability") { _, _, options in
            if options.durableName != nil { options.durableName = "d\(UInt32.random(in: .min ... .max))" }
        },
        subscribing("queuesAreForgotten", "B-durability") { _, queue, options in
            if queue != nil, options.maxInFlight == nil, options.start == .new {
                queue = queue.map { "\($0)-\(ContinuousClock.now)".filter { TopicRules.isTopic("a\($0)") } }
            }
        },
        subscribing("allowsOneMoreInFlight", "B-in-flight") { _, _, options in
            options.maxInFlight = options.maxInFlight.map { $0 + 1 }
        },
        subscribing("waitsTenTimesTheAcknowledgementTimeout", "B-acknowledge-timeout") { _, _, options in
            options.acknowledgementTimeout = options.acknowledgementTimeout.map { $0 * 40 }
        },
        subscribing("halvesTheAcknowledgementTimeout", "B-acknowledge-timeout") { _, _, options in
            options.acknowledgementTimeout = options.acknowledgementTimeout.map { $0 / 4 }
        },
        subscribing("attemptsOnceMore", "B-dead-letters") { _, _, options in
            options.maxAttempts = options.maxAttempts.map { $0 + 1 }
        },
        subscribing("attemptsOnceLess", "B-dead-letters") { _, _, options in
            options.maxAttempts = options.maxAttempts.map { max(1, $0 - 1) }
        },
        subscribing("dropsDeadLetters", "B-dead-letters") { _, _, options in options.deadLetterTopic = nil },
        delivering("deadLettersHaveNoHeaders", "B-dead-letters") { delivery, _ in
            delivery.topic.contains("dead") ? [delivery.withMessage { $0.headers = [:] }] : [delivery]
        },
    ]

    // MARK: Settling

    private static let settling: [Self] = [
        settling("rejectsWithoutDelay", "B-reject") { delivery, settlement, _ in
            if case .rejected = settlement { try? delivery.reject() } else { delivery.forward(settlement) }
        },
        settling("rejectsTwiceAsLate", "B-reject") { delivery, settlement, _ in
            if case .rejected(let delay) = settlement {
                try? delivery.reject(after: delay ?? .seconds(3))
            } else {
                delivery.forward(settlement)
            }
        },
        settling("secondRejectionIsLost", "B-reject") { delivery, settlement, _ in
            if case .rejected = settlement, delivery.attempt == 2 {
                delivery.acknowledge()
            } else {
                delivery.forward(settlement)
            }
        },
        delivering("acknowledgesAllEarlierMessages", "B-acknowledge") { delivery, context in
            let open = (context.state.value("open", as: [Delivery].self) ?? []) + [delivery]
            context.state.exchange("open", open)
            return [
                delivery.changed { settlement in
                    if settlement == .acknowledged { for each in open { each.acknowledge() } }
                    delivery.forward(settlement)
                }
            ]
        },
        settling("losesEveryFifthAcknowledgement", "B-acknowledge") { delivery, settlement, context in
            if settlement == .acknowledged, context.state.count() % 5 == 0 { return }
            delivery.forward(settlement)
        },
        delivering("countsAttemptsFromZero", "B-attempt") { delivery, _ in
            [delivery.changed(attempt: delivery.attempt - 1)]
        },
        delivering("countsAttemptsUpToTwo", "B-attempt") { delivery, _ in
            [delivery.changed(attempt: min(2, delivery.attempt))]
        },
        delivering("countsDeliveriesAsAttempts", "B-attempt") { delivery, context in
            [delivery.changed(attempt: context.state.count())]
        },
        delivering("redeliversWithoutHeaders", "B-reject") { delivery, _ in
            delivery.attempt == 1 ? [delivery] : [delivery.withMessage { $0.headers = [:] }]
        },
        settling("returnedDeliveriesAreAcknowledged", "B-redelivery-to-others") { delivery, settlement, _ in
            if settlement == .returned { delivery.acknowledge() } else { delivery.forward(settlement) }
        },
        settling("lateSettlementsAreIgnored", "B-acknowledge") { delivery, settlement, context in
            context.state.exchange("last", delivery.attempt)
            if delivery.attempt > 1, settlement == .acknowledged, context.state.count("late") == 1 { return }
            delivery.forward(settlement)
        },
    ]

    // MARK: Lifecycle

    private static let lifecycle: [Self] = [
        ContractMutant("subscriptionsSurviveClose", "B-subscription-ends") { hooks in
            hooks.deliver = { delivery, _ in [delivery] }
            hooks.endsWithBroker = false
        },
        ContractMutant("closeWaitsUntilItsDeadline", "B-close-drains") { hooks in
            hooks.close = { [base = hooks.base] deadline in
                try? await Task.sleep(until: min(deadline, .now + .seconds(3)))
                await base.close(deadline: deadline)
            }
        },
        ContractMutant("closeEndsImmediately", "B-close-drains") { hooks in
            hooks.close = { [base = hooks.base] _ in await base.close(deadline: .now) }
        },
        ContractMutant("publishingWorksAfterClose", "B-close-later-operations") { hooks in
            hooks.publish = { [base = hooks.base] message, topic in
                do { try await base.publish(message, to: topic) } catch let error as MicroError
                    where error.code == .closed
                {}
            }
        },
        ContractMutant("subscribingAfterCloseIsSilent", "B-close-later-operations") { hooks in
            hooks.subscribe = { [base = hooks.base] topic, queue, options in
                do { return try await base.subscribe(to: topic, queue: queue, options: options) } catch let error
                    as MicroError where error.code == .closed
                { return Subscription.makeStream(options: options).subscription }
            }
        },
        ContractMutant("requestAfterCloseIsUnavailable", "B-close-later-operations") { hooks in
            hooks.request = { [base = hooks.base] in
                do { return try await base.request($0, to: $1, deadline: $2) } catch let error as MicroError {
                    throw MicroError(error.code == .closed ? .unavailable : error.code, error.message)
                }
            }
        },
        ContractMutant("secondCloseHangs", "B-close-later-operations") { hooks in
            hooks.close = { [base = hooks.base, clientState = hooks.clientState] deadline in
                if clientState.count("close") == 2 { try? await Task.sleep(for: .seconds(600)) }
                await base.close(deadline: deadline)
            }
        },
        ContractMutant("closeEndsQueuesOfOthers", "B-close-other-clients") { hooks in
            let (base, sharedState) = (hooks.base, hooks.sharedState)
            hooks.subscribe = { topic, queue, options in
                let subscription = try await base.subscribe(to: topic, queue: queue, options: options)
                if queue != nil { sharedState.exchange("queue", subscription) }
                return subscription
            }
            hooks.close = { deadline in
                await sharedState.value("queue", as: Subscription.self)?.cancel()
                await base.close(deadline: deadline)
            }
        },
        ContractMutant("cancelDropsTheMessagesOfOthers", "B-cancel") { hooks in
            hooks.subscribe = { [base = hooks.base, sharedState = hooks.sharedState] topic, queue, options in
                let inner = try await base.subscribe(to: topic, queue: queue, options: options)
                let (subscription, source) = Subscription.makeStream(options: options) {
                    sharedState.exchange(topic, true)
                    Task { await inner.cancel() }
                }
                Task {
                    for await delivery in inner {
                        if sharedState.value(topic, as: Bool.self) == true {
                            delivery.acknowledge()
                        } else {
                            source.yield(delivery)
                        }
                    }
                    source.finish()
                }
                return subscription
            }
        },
    ]
}
