// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import NIOCore

extension ContractMutant<BrokerHooks> {
    /// A subscription with the deliveries of another one. It reports no problem.
    ///
    /// - Parameters:
    ///   - onEnd: Called when it ends; cancels the other one by default.
    ///   - change: Changes a delivery; nil to drop it.
    private static func forwarded(
        _ inner: Subscription, _ options: SubscribeOptions, onEnd: (@Sendable () -> Void)? = nil,
        _ change: @escaping @Sendable (Delivery) -> Delivery? = { $0 }
    ) -> (subscription: Subscription, source: Subscription.Source) {
        let (subscription, source) = Subscription.makeStream(
            options: options, onEnd: onEnd ?? { Task { await inner.cancel() } })
        Task {
            for await delivery in inner {
                if let changed = change(delivery) { source.yield(changed) } else { delivery.acknowledge() }
            }
            source.finish()
        }
        return (subscription, source)
    }

    /// A mutant that forwards the deliveries of subscriptions.
    ///
    /// - Parameter makeChange: Makes the change of the deliveries of one subscription. Its argument is the state of all
    ///   clients, which counts the actions of the backend's control.
    private static func forwarding(
        _ name: String, _ requirement: String,
        _ makeChange: @escaping @Sendable (MutantState) -> @Sendable (Delivery) -> Delivery?
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.subscribe = { [base = hooks.base, sharedState = hooks.sharedState] topic, queue, options in
                let change = makeChange(sharedState)
                let inner = try await base.subscribe(to: topic, queue: queue, options: options)
                return forwarded(inner, options, change).subscription
            }
        }
    }

    /// A mutant that loses the settlements of a subscription that has ended.
    private static func losingLateSettlements(_ name: String, _ requirement: String) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.subscribe = { [base = hooks.base] topic, queue, options in
                let state = MutantState()
                let inner = try await base.subscribe(to: topic, queue: queue, options: options)
                guard base.capabilities.features.contains(.acknowledgements) else { return inner }
                return forwarded(inner, options) {
                    state.exchange("ended", true)
                    Task { await inner.cancel() }
                } _: { delivery in
                    delivery.changed { settlement in
                        if state.value("ended", as: Bool.self) != true { delivery.forward(settlement) }
                    }
                }.subscription
            }
        }
    }

    // MARK: Readers

    /// The mutants of the readers, problems and settlements of a subscription.
    static let readers: [Self] = [
        forwarding("reportsNoProblems", "B-problem") { _ in { $0 } },
        ContractMutant("alwaysReportsAProblem", "B-problem") { hooks in
            hooks.subscribe = { [base = hooks.base] topic, queue, options in
                let inner = try await base.subscribe(to: topic, queue: queue, options: options)
                let (subscription, source) = forwarded(inner, options)
                source.report(MicroError(.unavailable, "the backend is down"))
                return subscription
            }
        },
        ContractMutant("someReadersGetTheSameDelivery", "B-several-readers") { hooks in
            hooks.deliver = { delivery, context in
                guard context.state.count() % 7 == 0 else { return [delivery] }
                return [delivery, delivery.changed(settle: { _ in })]
            }
        },
        losingLateSettlements("settlementsDuringADrainAreLost", "B-drain"),
        losingLateSettlements("settlementsAfterTheEndAreLost", "B-settle-once"),
        ContractMutant("acknowledgesBeforeHandling", "B-handle") { hooks in
            hooks.deliver = { delivery, _ in
                delivery.acknowledge()
                return [delivery.changed(settle: { _ in })]
            }
        },
        ContractMutant("failedDeliveriesAreAcknowledged", "B-handle") { hooks in
            hooks.deliver = { delivery, _ in
                [
                    delivery.changed { settlement in
                        if case .rejected = settlement { delivery.acknowledge() } else { delivery.forward(settlement) }
                    }
                ]
            }
        },
        ContractMutant("dropsForeignMessages", "B-message-foreign") { hooks in
            let (base, sharedState) = (hooks.base, hooks.sharedState)
            hooks.publish = { message, topic in
                sharedState.exchange("own \(String(buffer: message.body))", true)
                try await base.publish(message, to: topic)
            }
            hooks.deliver = { delivery, _ in
                let key = "own \(String(buffer: delivery.message.body))"
                guard sharedState.value(key, as: Bool.self) != true else { return [delivery] }
                delivery.acknowledge()
                return []
            }
        },
        ContractMutant("laterSubscribersGetChangedMessages", "B-message-copied") { hooks in
            hooks.deliver = { [sharedState = hooks.sharedState] delivery, _ in
                let key = "seen \(delivery.topic) \(String(buffer: delivery.message.body))"
                return sharedState.count(key) == 1 ? [delivery] : [delivery.withMessage { $0.headers["k"] = "changed" }]
            }
        },
        ContractMutant("cancelledSubscriptionsStay", "B-resources") { hooks in
            hooks.subscribe = { [base = hooks.base, sharedState = hooks.sharedState] topic, queue, options in
                let inner = try await base.subscribe(to: topic, queue: queue, options: options)
                sharedState.exchange("subscription \(sharedState.count("subscriptions"))", inner)
                return forwarded(inner, options, onEnd: {}).subscription
            }
        },
    ]

    // MARK: Failures

    /// The mutants of outages and deadlines.
    static let failures: [Self] = [
        ContractMutant("publishingInAnOutageSucceeds", "B-publish-returns") { hooks in
            hooks.publish = { [base = hooks.base, sharedState = hooks.sharedState] message, topic in
                let ends: Int = (sharedState.value("stop") ?? 0) + (sharedState.value("kill") ?? 0)
                if ends > sharedState.value("start") ?? 0 { return }
                try await base.publish(message, to: topic)
            }
        },
        ContractMutant("failedMessagesAreSentLater", "B-publish-down") { hooks in
            hooks.publish = { [base = hooks.base] message, topic in
                do { try await base.publish(message, to: topic) } catch let error as MicroError {
                    if MicroError.Code.outageCodes.contains(error.code) {
                        Task {
                            for _ in 0..<100 {
                                do { return try await base.publish(message, to: topic) } catch is MicroError {}
                            }
                        }
                    }
                    throw error
                }
            }
        },
        ContractMutant("failedDirectDeliveriesSucceed", "B-direct-delivery") { hooks in
            hooks.publish = { [base = hooks.base] message, topic in
                do { try await base.publish(message, to: topic) } catch let error as MicroError {
                    if !MicroError.Code.outageCodes.contains(error.code), error.code != .internal { throw error }
                }
            }
        },
        ContractMutant("closeExceedsItsDeadline", "B-close-deadline") { hooks in
            hooks.close = { [base = hooks.base] in await base.close(deadline: $0 + .seconds(10)) }
        },
        ContractMutant("failsThreeSecondsLate", "B-timeout") { hooks in
            hooks.publish = { [base = hooks.base] message, topic in
                do { try await base.publish(message, to: topic) } catch let error as MicroError {
                    if MicroError.Code.outageCodes.contains(error.code) { try await Task.sleep(for: .seconds(3)) }
                    throw error
                }
            }
        },
        ContractMutant("neverPublishesAfterAnOutage", "B-reconnect") { hooks in
            hooks.publish = { [base = hooks.base, clientState = hooks.clientState] message, topic in
                if let error: MicroError = clientState.value("outage") { throw error }
                do { try await base.publish(message, to: topic) } catch let error as MicroError {
                    if MicroError.Code.outageCodes.contains(error.code) { clientState.exchange("outage", error) }
                    throw error
                }
            }
        },
        forwarding("subscriptionsEndAtARestart", "B-restores-subscriptions") { sharedState in
            let starts: Int? = sharedState.value("start")
            return { sharedState.value("start", as: Int.self) == starts ? $0 : nil }
        },
        forwarding("losesThreeMessagesAtARestart", "B-at-least-once") { sharedState in
            let (starts, state): (Int?, MutantState) = (sharedState.value("start"), MutantState())
            return { sharedState.value("start", as: Int.self) == starts || state.count() > 3 ? $0 : nil }
        },
    ]
}

extension MicroError.Code {
    /// The codes of an outage.
    fileprivate static let outageCodes: Set<MicroError.Code> = [.unavailable, .deadlineExceeded]
}
