// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Brings a message to its subscribers, side by side.
final class HTTPMessageSender: Sendable {
    /// What became of a message for one subscriber, or for one of a queue.
    enum Outcome: Sendable {
        case delivered
        /// Nobody is there any more.
        case notSubscribed
        case failed(MicroError)
    }

    /// How many messages may be on their way to one address; the others wait for their turn.
    private static let maxInFlightPerAddress = 16
    /// How many subscribers get one message at a time.
    private static let maxConcurrentSubscribers = 128

    private let transport: HTTPTransport
    /// An address is there while somebody uses it.
    private let semaphoresByAddress = Mutex<[Address: (semaphore: AsyncSemaphore, users: Int)]>([:])

    init(transport: HTTPTransport) { self.transport = transport }

    /// Delivers to one of each group, and tells what became of it for each.
    ///
    /// - Throws: `CancellationError` only.
    func deliver(_ encodedMessage: HTTPBrokerMessage, to groups: [[Node]]) async throws -> [Outcome] {
        // Most topics have one subscriber, which needs no task of its own.
        if groups.count == 1 { return [try await deliver(encodedMessage, toOneOf: groups[0])] }
        return try await withThrowingTaskGroup(of: Outcome.self) { tasks in
            var outcomes: [Outcome] = []
            for (index, group) in groups.enumerated() {
                if index >= Self.maxConcurrentSubscribers, let outcome = try await tasks.next() {
                    outcomes.append(outcome)
                }
                tasks.addTask { try await self.deliver(encodedMessage, toOneOf: group) }
            }
            for try await outcome in tasks { outcomes.append(outcome) }
            return outcomes
        }
    }

    /// Tries one after the other as long as those before certainly did not get it: nobody gets it twice.
    private func deliver(_ encodedMessage: HTTPBrokerMessage, toOneOf group: [Node]) async throws -> Outcome {
        var outcome = Outcome.notSubscribed
        for node in group.shuffled() {
            do {
                try await deliver(encodedMessage, to: node)
                return .delivered
            } catch let error as MicroError {
                if HTTPSubscribers.isNotSubscribed(error) { continue }
                outcome = .failed(error)
                guard error.isSafeToRetry else { return outcome }
            }
        }
        return outcome
    }

    private func deliver(_ encodedMessage: HTTPBrokerMessage, to node: Node) async throws {
        guard node.metadata["secure"] != "true" else {
            throw MicroError(
                .unsupported, "\(node.id) takes messages by TLS only", origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        }
        let address = Address(node)
        let request = TransportRequest(
            service: node.id, endpoint: encodedMessage.topic, contentType: "application/json",
            body: encodedMessage.bytes,
            deadline: encodedMessage.deadline)
        let semaphore = retainSemaphore(address)
        defer { releaseSemaphore(address) }
        let timeoutError = MicroError(
            .deadlineExceeded, "\(Self.maxInFlightPerAddress) messages for \(address) were not taken in time",
            origin: MicroError.Origin.broker, isSafeToRetry: true)
        try await semaphore.withPermit(by: encodedMessage.deadline, orThrow: timeoutError) {
            _ = try await transport.call(request, to: address)
        }
    }

    private func retainSemaphore(_ address: Address) -> AsyncSemaphore {
        semaphoresByAddress.withLock { semaphoresByAddress in
            var entry = semaphoresByAddress[address] ?? (AsyncSemaphore(Self.maxInFlightPerAddress), 0)
            entry.users += 1
            semaphoresByAddress[address] = entry
            return entry.semaphore
        }
    }

    private func releaseSemaphore(_ address: Address) {
        semaphoresByAddress.withLock { semaphoresByAddress in
            guard var entry = semaphoresByAddress[address] else { return }
            entry.users -= 1
            semaphoresByAddress[address] = entry.users > 0 ? entry : nil
        }
    }
}
