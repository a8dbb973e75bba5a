// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Calls actions at their deadlines, with one sleeping task for all deadlines of the process.
///
/// The runtime keeps a `Task.sleep` until it expires, even if it is cancelled: the sleeps of calls that end within a
/// millisecond would accumulate for seconds, until their deadlines. This queue releases a cancelled action immediately.
/// An action is called up to 5 ms late, never early.
package final class DeadlineQueue: Sendable {
    /// Identifies an action that was neither called nor cancelled yet.
    package struct ScheduledAction: Sendable {
        fileprivate let tick: Int64
        fileprivate let id: UInt64
    }

    private struct State {
        var actions: [Int64: [UInt64: @Sendable () -> Void]] = [:]
        var nextID: UInt64 = 0
        var sleeper: (tick: Int64, task: Task<Void, Never>)?
    }

    /// The queue of this process.
    package static let shared = DeadlineQueue()

    private static let tick = Duration.milliseconds(5)

    private let origin = ContinuousClock.now
    private let state = Mutex(State())

    /// Schedules an action. It is called at the deadline, soon if the deadline has passed, and must not block.
    package func schedule(at deadline: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void)
        -> ScheduledAction
    {
        // Deadlines more than a hundred thousand years from now are treated as equal.
        let tick = Int64(min(max(((deadline - origin) / Self.tick).rounded(.up), 0), 1e15))
        return state.withLock { state in
            state.nextID += 1
            state.actions[tick, default: [:]][state.nextID] = action
            if tick < state.sleeper?.tick ?? .max { sleep(until: tick, &state) }
            return ScheduledAction(tick: tick, id: state.nextID)
        }
    }

    /// Removes an action, unless it was called already.
    package func cancel(_ scheduledAction: ScheduledAction) {
        state.withLock { state in
            state.actions[scheduledAction.tick]?[scheduledAction.id] = nil
            if state.actions[scheduledAction.tick]?.isEmpty == true { state.actions[scheduledAction.tick] = nil }
        }
    }

    /// The number of scheduled actions.
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
            // A sleeper with an earlier deadline has replaced this one.
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
