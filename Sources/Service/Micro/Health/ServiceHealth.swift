// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import Synchronization

/// The health of a service: its phase, its registration, its listener, its subscriptions and its own checks.
final class ServiceHealth: Sendable {
    typealias Check = @Sendable () async throws -> Void

    /// The value of `Debug.Health`.
    enum Status: String {
        case starting, ok, degraded, stopping
    }

    private struct State {
        var isStopping = false
        var checks: [(name: String, check: Check)] = []
        var listener: (any TransportListener)?
    }

    /// The time limit of one check.
    private static let checkTimeout = Duration.seconds(2)

    private let service: String
    private let conditions: Set<ReadinessCondition>
    private let registration: @Sendable () -> RegistrationStatus?
    private let subscriptionProblem: @Sendable () -> MicroError?
    private let state = Mutex(State())

    /// Creates the health of a service that has not started.
    ///
    /// - Parameters:
    ///   - conditions: The conditions for readiness in addition to the service's own checks.
    ///   - registration: The status of the registration; nil before the first one.
    ///   - subscriptionProblem: Why a subscription receives nothing; nil if no such subscription is known.
    init(
        service: String, conditions: Set<ReadinessCondition>,
        registration: @escaping @Sendable () -> RegistrationStatus?,
        subscriptionProblem: @escaping @Sendable () -> MicroError?
    ) {
        self.service = service
        self.conditions = conditions
        self.registration = registration
        self.subscriptionProblem = subscriptionProblem
    }

    /// Adds a check of the service.
    func add(_ name: String, _ check: @escaping Check) { state.withLock { $0.checks.append((name, check)) } }

    /// Sets the listener that receives the calls.
    func observe(_ listener: any TransportListener) { state.withLock { $0.listener = listener } }

    /// Records the beginning of the shutdown.
    func stop() { state.withLock { $0.isStopping = true } }

    /// The status for `Debug.Health`.
    var status: Status {
        get async {
            if state.withLock(\.isStopping) { return .stopping }
            if registration() == nil { return .starting }
            return await problems().isEmpty ? .ok : .degraded
        }
    }

    /// Returns if the service is ready.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unavailable` and all reasons.
    func checkReadiness() async throws {
        var problems: [String]
        if state.withLock(\.isStopping) {
            problems = ["it is shutting down"]
        } else if registration() == nil {
            problems = ["it is starting"]
        } else {
            problems = await self.problems()
        }
        guard !problems.isEmpty else { return }
        throw MicroError(
            .unavailable, "\(service) is not ready: \(problems.joined(separator: "; "))", origin: service)
    }

    private func problems() async -> [String] {
        var problems: [String] = []
        if conditions.contains(.registration), let cause = registration()?.cause {
            problems.append("the registration is lost (\(cause.message))")
        }
        if conditions.contains(.broker), let cause = subscriptionProblem() {
            problems.append("a subscription receives no events (\(cause.message))")
        }
        if conditions.contains(.transport), let cause = state.withLock(\.listener)?.problem {
            problems.append("no calls arrive (\(cause.message))")
        }
        return await problems + failedChecks()
    }

    private func failedChecks() async -> [String] {
        let checks = state.withLock(\.checks)
        guard !checks.isEmpty else { return [] }
        return await withTaskGroup(of: (Int, String?).self) { group in
            for (index, (name, check)) in checks.enumerated() {
                group.addTask { (index, await Self.problem(of: name, check)) }
            }
            var failures: [(Int, String)] = []
            for await (index, problem) in group { if let problem { failures.append((index, problem)) } }
            return failures.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func problem(of name: String, _ check: @escaping Check) async -> String? {
        let timeout = MicroError(
            .deadlineExceeded, "no result within \(checkTimeout)", origin: MicroError.Origin.server)
        do {
            try await withDeadline(.now + checkTimeout, orThrow: timeout, operation: check)
            return nil
        } catch let error as MicroError {
            return "\(name) (\(error.message))"
        } catch {
            // The text of an error of an unknown type may contain a secret.
            return "\(name) failed"
        }
    }
}
