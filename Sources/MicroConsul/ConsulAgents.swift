// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// One of the agents that may be asked.
struct ConsulAgent: Hashable, Sendable, CustomStringConvertible {
    let number: Int
    let url: String

    var description: String { "Consul at \(url)" }
}

/// The agents that may be asked. One is kept as long as it answers; then it is the next one's turn.
final class ConsulAgents: Sendable {
    private let all: [ConsulAgent]
    private let present = Atomic<Int>(0)

    /// - Parameter urls: At least one.
    init(urls: [String]) {
        all = urls.enumerated().map { ConsulAgent(number: $0.offset, url: $0.element) }
    }

    /// Such as `Consul at http://127.0.0.1:8500`.
    var description: String { "Consul at \(all.map(\.url).joined(separator: ", "))" }

    /// Asks one agent after the other until one answers.
    ///
    /// - Parameters:
    ///   - limit: For all of them. Each has an equal share of what is left.
    ///   - preferred: Whom to ask first; nil for the one that answered last.
    ///   - ask: Asks an agent within a limit.
    /// - Throws: What `ask` throws, unless another agent may know better; then what the last one threw, with the
    ///   messages of all.
    func firstAnswer<Answer: Sendable>(
        within limit: Duration, startingAt preferred: ConsulAgent? = nil,
        _ ask: (ConsulAgent, Duration) async throws -> Answer
    ) async throws -> Answer {
        var rest = limit
        var failures: [MicroError] = []
        for agent in order(startingAt: preferred) {
            let share = rest / (all.count - failures.count)
            let started = ContinuousClock.now
            do { return try await ask(agent, share) } catch let error as MicroError where error.isOfOneAgent {
                failures.append(error)
                leave(agent)
            }
            // A blocking query takes longer than its share; the time that it was meant to wait is not counted.
            rest -= min(ContinuousClock.now - started, share)
        }
        throw Self.summary(failures)
    }

    private func order(startingAt preferred: ConsulAgent?) -> [ConsulAgent] {
        let first = present.load(ordering: .relaxed)
        let ring = all[first...] + all[..<first]
        guard let preferred else { return Array(ring) }
        return [preferred] + ring.filter { $0 != preferred }
    }

    /// Only from the one that failed: of many that fail at once, the first moves on for all.
    private func leave(_ agent: ConsulAgent) {
        _ = present.compareExchange(
            expected: agent.number, desired: (agent.number + 1) % all.count, ordering: .relaxed)
    }

    private static func summary(_ failures: [MicroError]) -> MicroError {
        guard var summary = failures.last else {
            return MicroError(.unavailable, "there is no Consul agent to ask", origin: MicroError.Origin.registry)
        }
        summary.message = failures.map(\.message).joined(separator: "; ")
        return summary
    }
}

extension MicroError {
    /// Whether another agent may do what this one could not.
    fileprivate var isOfOneAgent: Bool { code == .unavailable || code == .deadlineExceeded }
}
