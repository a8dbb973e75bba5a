// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// How a service is loaded.
struct LoadPlan: Sendable {
    var concurrency: Int
    var duration: Duration
    var warmUp: Duration
    /// The number of calls per second; nil for a closed loop.
    var rate: Double?
}

/// Makes calls by a plan and measures their latencies.
struct LoadGenerator: Sendable {
    /// The measurements of one caller.
    private struct Measurements: Sendable {
        var latencies = LatencyHistogram()
        var errors: [String: Int] = [:]
    }

    let plan: LoadPlan

    /// Runs the plan, or a part of it if the task is cancelled.
    func run(_ call: @escaping @Sendable () async throws -> Void) async -> LoadReport {
        let start = ContinuousClock.now
        let measureFrom = start + plan.warmUp
        let end = measureFrom + plan.duration
        let schedule = plan.rate.map { CallSchedule(start: start, rate: $0) }
        let all = await withTaskGroup(of: Measurements.self) { group in
            for _ in 0..<plan.concurrency {
                group.addTask { await Self.callRepeatedly(schedule, measureFrom, end, call) }
            }
            return await group.reduce(into: Measurements()) { all, one in
                all.latencies.merge(one.latencies)
                all.errors.merge(one.errors) { $0 + $1 }
            }
        }
        let measured = min(ContinuousClock.now, end) - measureFrom
        return LoadReport(
            plan: plan, latencies: all.latencies, errors: all.errors, duration: max(.milliseconds(1), measured))
    }

    private static func callRepeatedly(
        _ schedule: CallSchedule?, _ measureFrom: ContinuousClock.Instant, _ end: ContinuousClock.Instant,
        _ call: @Sendable () async throws -> Void
    ) async -> Measurements {
        var measurements = Measurements()
        while !Task.isCancelled {
            // The time from which the latency counts.
            var start = ContinuousClock.now
            var intended = start
            if let schedule {
                intended = schedule.next()
                guard intended < end else { break }
                if intended > start {
                    do { try await Task.sleep(until: intended) } catch { break }
                    // A late timer must not count as latency of the service.
                    start = .now
                } else {
                    // All callers were busy: the call should have started earlier.
                    start = intended
                }
            }
            guard intended < end else { break }
            do {
                try await call()
                if intended >= measureFrom { measurements.latencies.add(ContinuousClock.now - start) }
            } catch is CancellationError {
                break
            } catch {
                let name = (error as? MicroError)?.code.description ?? "\(error)"
                if intended >= measureFrom { measurements.errors[name, default: 0] += 1 }
            }
        }
        return measurements
    }
}

/// The intended starts of calls at a fixed rate, shared by all callers.
private final class CallSchedule: Sendable {
    private let start: ContinuousClock.Instant
    private let interval: Double
    private let number = Atomic(0)

    init(start: ContinuousClock.Instant, rate: Double) {
        self.start = start
        interval = 1 / rate
    }

    /// The intended start of the next call.
    func next() -> ContinuousClock.Instant {
        start + .seconds(Double(number.wrappingAdd(1, ordering: .relaxed).oldValue) * interval)
    }
}
