// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Calls actions at their deadlines: one sleeping task for all deadlines of the process.
///
/// A `Task.sleep` for each would be held by the runtime until its time comes, cancelled or not: calls that end in a
/// millisecond would pile up for the seconds of their deadlines. Here what is cancelled is gone. An action comes up to
/// 5 ms late, never early.
package final class DeadlineQueue: Sendable {
    /// Stands for an action until it is called or cancelled.
    package struct ScheduledAction: Sendable {
        fileprivate let tick: Int64
        fileprivate let id: UInt64
    }

    private struct State {
        var actions: [Int64: [UInt64: @Sendable () -> Void]] = [:]
        var nextID: UInt64 = 0
        var sleeper: (tick: Int64, task: Task<Void, Never>)?
    }

    /// The one of this process.
    package static let shared = DeadlineQueue()

    private static let tick = Duration.milliseconds(5)

    private let origin = ContinuousClock.now
    private let state = Mutex(State())

    /// Has the action called at the deadline, at once if that has passed. It must not block.
    package func schedule(at deadline: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void)
        -> ScheduledAction
    {
        // A deadline in a million years is as good as any later one.
        let tick = Int64(min(max(((deadline - origin) / Self.tick).rounded(.up), 0), 1e15))
        return state.withLock { state in
            state.nextID += 1
            state.actions[tick, default: [:]][state.nextID] = action
            if tick < state.sleeper?.tick ?? .max { sleep(until: tick, &state) }
            return ScheduledAction(tick: tick, id: state.nextID)
        }
    }

    /// Drops the action, unless it was called already.
    package func cancel(_ scheduledAction: ScheduledAction) {
        state.withLock { state in
            state.actions[scheduledAction.tick]?[scheduledAction.id] = nil
            if state.actions[scheduledAction.tick]?.isEmpty == true { state.actions[scheduledAction.tick] = nil }
        }
    }

    /// How many actions wait.
    var count: Int { state.withLock { $0.actions.values.reduce(0) { $0 + $1.count } } }

    private func sleep(until tick: Int64, _ state: inout State) {
        state.sleeper?.task.cancel()
        let instant = origin + Self.tick * tick
        state.sleeper = (
            tick,
            Task { [weak self] in
                do { try await Task.sleep(until: instant, clock: .continuous) } catch { return }
                self?.wake(at: tick)
            }
        )
    }

    private func wake(at tick: Int64) {
        let due = state.withLock { state -> [@Sendable () -> Void] in
            // A sleeper with an earlier deadline has taken over.
            guard state.sleeper?.tick == tick else { return [] }
            state.sleeper = nil
            let passed = state.actions.keys.filter { $0 <= tick }
            let due = passed.compactMap { state.actions.removeValue(forKey: $0)?.values }.flatMap(\.self)
            if let next = state.actions.keys.min() { sleep(until: next, &state) }
            return due
        }
        for action in due { action() }
    }
}
