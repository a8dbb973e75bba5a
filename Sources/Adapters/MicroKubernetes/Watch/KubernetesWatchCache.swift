// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore
import Synchronization

/// The state that all watches of a client share, and their subscriptions.
///
/// It is written by the task that follows the server. When that task is replaced, writes of the old one have no effect.
final class KubernetesWatchCache: Sendable {
    typealias Publish = @Sendable (RegistryState) -> Void

    /// The services that are read from the server.
    enum Coverage: Sendable, Equatable {
        case services(Set<String>)
        case all

        /// The services for a selector; nil for all.
        var names: Set<String>? { if case .services(let names) = self { names } else { nil } }

        func contains(_ name: String?) -> Bool {
            switch self {
            case .all: true
            case .services(let names): name.map(names.contains) ?? false
            }
        }
    }

    private struct State {
        var subscriptions: [Int: (name: String?, publish: Publish)] = [:]
        var nextID = 0
        /// Identifies the current writer; incremented by ``begin()``. Updates with an earlier generation are ignored.
        var generation = 0
        var leases: KubernetesWatchState
        var coverage = Coverage.services([])
        var staleSince: ContinuousClock.Instant?
        var timer: (instant: ContinuousClock.Instant, action: DeadlineQueue.ScheduledAction)?
        /// Ends the current stream, so that the Leases are listed.
        var interrupt: (@Sendable () -> Void)?
    }

    /// Expired Leases are removed in batches, at most one batch per interval.
    private static let minExpiryInterval = Duration.milliseconds(50)
    /// If listing takes longer, the API server is assumed to have been unavailable since the last confirmed update:
    /// unchanged Leases expire later by that time.
    private static let maxListDuration = Duration.seconds(1)

    private let makeState: @Sendable () -> KubernetesWatchState
    private let state: Mutex<State>

    init(names: KubernetesNames, logger: Logger) {
        makeState = { KubernetesWatchState(names: names, logger: logger) }
        state = Mutex(State(leases: KubernetesWatchState(names: names, logger: logger)))
    }

    // MARK: Subscriptions

    /// Adds a subscription to a service, or to all (nil). It gets the current state if the service has already been
    /// read.
    func subscribe(_ name: String?, _ publish: @escaping Publish) -> Int {
        let (id, interrupt) = state.withLock { state in
            state.nextID += 1
            state.subscriptions[state.nextID] = (name, publish)
            guard state.coverage.contains(name) else { return (state.nextID, state.interrupt) }
            Self.view(of: name, state).map(publish)
            return (state.nextID, nil)
        }
        interrupt?()
        return id
    }

    func unsubscribe(_ id: Int) { state.withLock { $0.subscriptions[id] = nil } }

    /// The services that subscriptions need; all services if there are more than ``KubernetesNames/maxSelectedNames``.
    var wanted: Coverage {
        state.withLock { state in
            let names = state.subscriptions.values.map(\.name)
            let services = Set(names.compactMap(\.self))
            return names.contains(nil) || services.count > KubernetesNames.maxSelectedNames ? .all : .services(services)
        }
    }

    /// Whether a subscription needs a service that ``Coverage`` does not include yet.
    var needsMore: Bool {
        state.withLock { state in state.subscriptions.values.contains { !state.coverage.contains($0.name) } }
    }

    // MARK: Writing

    /// Starts a new writer with an empty state, and cancels the scheduled expiry.
    ///
    /// - Returns: The writer's generation, which all its updates pass.
    func begin() -> Int {
        state.withLock { state in
            state.generation += 1
            cancelTimer(&state)
            (state.leases, state.coverage, state.staleSince) = (makeState(), .services([]), nil)
            return state.generation
        }
    }

    /// Ends a writer.
    func end(_ generation: Int) {
        update(generation) { state in
            cancelTimer(&state)
            state.coverage = .services([])
        }
    }

    /// Replaces the Leases, and the pods if `pods` is not nil, with those of a list. ``markLive(_:interrupt:)``
    /// publishes the result.
    ///
    /// - Parameters:
    ///   - requested: When the list was requested.
    ///   - now: When it arrived.
    func replace(
        with snapshot: KubernetesAPI.Snapshot<Lease>, pods: KubernetesAPI.Snapshot<Pod>?, _ coverage: Coverage,
        requested: ContinuousClock.Instant, at now: ContinuousClock.Instant, serverTime: ServerTime?,
        _ generation: Int
    ) {
        update(generation) { state in
            let isLate = now - requested > Self.maxListDuration
            let pause = state.staleSince.map { now - $0 } ?? (isLate ? state.leases.silence(at: now) : .zero)
            state.leases.replace(with: snapshot, at: now, serverTime: serverTime, pause: pause)
            if let pods { state.leases.replace(pods: pods) }
            state.coverage = coverage
            if state.staleSince != nil { state.staleSince = now }
        }
    }

    /// Marks the state as current, and publishes it.
    ///
    /// - Parameter interrupt: Ends the stream that keeps the state current.
    func markLive(_ generation: Int, interrupt: @escaping @Sendable () -> Void) {
        update(generation) { state in
            state.leases.markLive()
            state.staleSince = nil
            state.interrupt = interrupt
            publishAll(state)
            schedule(&state, generation)
        }
    }

    /// Marks the state as no longer updated, and publishes it.
    func markStale(_ cause: MicroError, _ generation: Int) {
        update(generation) { state in
            let now = ContinuousClock.now
            state.leases.markStale(cause)
            // The outage may have begun before it was detected, right after the last confirmed update.
            state.staleSince = state.staleSince ?? now - state.leases.silence(at: now)
            state.interrupt = nil
            cancelTimer(&state)
            publishAll(state)
        }
    }

    /// Applies events as one step, and publishes the changes.
    func apply(_ events: [WatchEvent<Lease>], _ generation: Int) {
        update(generation) { state in
            let now = ContinuousClock.now
            let touched = events.reduce(into: Set<String>()) { $0.formUnion(state.leases.apply($1, at: now)) }
            publish(touched, state)
            schedule(&state, generation, after: events)
        }
    }

    /// Applies a watch event of a go-micro pod, and publishes the changes.
    func apply(_ event: WatchEvent<Pod>, _ generation: Int) {
        update(generation) { state in
            let touched = state.leases.apply(event)
            publish(touched, state)
        }
    }

    /// Records that the server has just returned current data from etcd, so that no renewal before now was missed.
    func confirm(_ generation: Int) { update(generation) { $0.leases.confirm(at: .now) } }

    /// The version up to which all changes are known.
    var version: String { state.withLock(\.leases.version) }

    /// The version up to which all changes of pods are known.
    var podVersion: String { state.withLock(\.leases.podVersion) }

    private func update(_ generation: Int, _ body: (inout State) -> Void) {
        state.withLock { state in
            if state.generation == generation { body(&state) }
        }
    }

    // MARK: Expiry

    /// Removes expired Leases. If renewals may have been missed, the stream is ended, so that the Leases are listed
    /// again.
    private func expire(_ generation: Int) {
        var interrupt: (@Sendable () -> Void)?
        update(generation) { state in
            state.timer = nil
            let result = state.leases.expire(at: .now)
            publish(result.services, state)
            if result.isUncertain { interrupt = state.interrupt } else { schedule(&state, generation) }
        }
        interrupt?()
    }

    /// Schedules the next expiry.
    ///
    /// - Parameter events: The events of the only Leases that may expire before the scheduled time; nil to consider all
    ///   Leases.
    private func schedule(_ state: inout State, _ generation: Int, after events: [WatchEvent<Lease>]? = nil) {
        let now = ContinuousClock.now
        let next = events.map { $0.compactMap { $0.object.duration.map { now + $0 } }.min() } ?? state.leases.nextExpiry
        guard let next, next < state.timer?.instant ?? next + .seconds(1) else { return }
        cancelTimer(&state)
        let instant = max(next, now + Self.minExpiryInterval)
        let action = DeadlineQueue.shared.schedule(at: instant) { [weak self] in self?.expire(generation) }
        state.timer = (instant, action)
    }

    private func cancelTimer(_ state: inout State) {
        if let timer = state.timer { DeadlineQueue.shared.cancel(timer.action) }
        state.timer = nil
    }

    // MARK: Publishing

    private func publishAll(_ state: State) {
        for (name, publish) in state.subscriptions.values { Self.view(of: name, state).map(publish) }
    }

    private func publish(_ services: Set<String>, _ state: State) {
        guard !services.isEmpty else { return }
        for (name, publish) in state.subscriptions.values where name.map(services.contains) ?? true {
            Self.view(of: name, state).map(publish)
        }
    }

    /// The state of a service, or of all (nil); nil if it will soon be read for the first time.
    private static func view(of name: String?, _ state: State) -> RegistryState? {
        let all = state.leases.published
        guard state.coverage.contains(name) else {
            switch all.freshness {
            case .live: return nil
            case .stale(_, let cause), .unknown(let cause): return RegistryState(freshness: .unknown(cause: cause))
            }
        }
        return all.scoped(to: name)
    }
}
