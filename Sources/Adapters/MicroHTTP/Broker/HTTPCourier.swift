// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Brings a message to its subscribers, side by side.
final class HTTPCourier: Sendable {
    /// What became of a message for one subscriber, or for one of a queue.
    enum Outcome: Sendable {
        case delivered
        /// Nobody is there any more.
        case gone
        case failed(MicroError)
    }

    /// How many messages may be on their way to one address; the others wait for their turn.
    private static let lanes = 16
    /// How many subscribers get one message at a time.
    private static let breadth = 128

    private let transport: HTTPTransport
    /// An address is there while somebody uses it.
    private let roads = Mutex<[Address: (permits: Permits, users: Int)]>([:])

    init(transport: HTTPTransport) { self.transport = transport }

    /// Delivers to one of each group, and tells what became of it for each.
    ///
    /// - Throws: `CancellationError` only.
    func deliver(_ letter: HTTPLetter, to groups: [[Node]]) async throws -> [Outcome] {
        // Most topics have one subscriber, which needs no task of its own.
        if groups.count == 1 { return [try await deliver(letter, toOneOf: groups[0])] }
        return try await withThrowingTaskGroup(of: Outcome.self) { tasks in
            var outcomes: [Outcome] = []
            for (index, group) in groups.enumerated() {
                if index >= Self.breadth, let outcome = try await tasks.next() { outcomes.append(outcome) }
                tasks.addTask { try await self.deliver(letter, toOneOf: group) }
            }
            for try await outcome in tasks { outcomes.append(outcome) }
            return outcomes
        }
    }

    /// Tries one after the other as long as those before certainly did not get it: nobody gets it twice.
    private func deliver(_ letter: HTTPLetter, toOneOf group: [Node]) async throws -> Outcome {
        var outcome = Outcome.gone
        for node in group.shuffled() {
            do {
                try await deliver(letter, to: node)
                return .delivered
            } catch let error as MicroError {
                if HTTPSubscribers.isGone(error) { continue }
                outcome = .failed(error)
                guard error.isSafeToRetry else { return outcome }
            }
        }
        return outcome
    }

    private func deliver(_ letter: HTTPLetter, to node: Node) async throws {
        guard node.metadata["secure"] != "true" else {
            throw MicroError(
                .unsupported, "\(node.id) takes messages by TLS only", origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        }
        let address = Address(node)
        let request = TransportRequest(
            service: node.id, endpoint: letter.topic, contentType: "application/json", body: letter.bytes,
            deadline: letter.deadline)
        let permits = enter(address)
        defer { leave(address) }
        let busy = MicroError(
            .deadlineExceeded, "\(Self.lanes) messages for \(address) were not taken in time",
            origin: MicroError.Origin.broker, isSafeToRetry: true)
        try await permits.withPermit(by: letter.deadline, orThrow: busy) {
            _ = try await transport.call(request, to: address)
        }
    }

    private func enter(_ address: Address) -> Permits {
        roads.withLock { roads in
            var road = roads[address] ?? (Permits(Self.lanes), 0)
            road.users += 1
            roads[address] = road
            return road.permits
        }
    }

    private func leave(_ address: Address) {
        roads.withLock { roads in
            guard var road = roads[address] else { return }
            road.users -= 1
            roads[address] = road.users > 0 ? road : nil
        }
    }
}
