// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Sends messages to their subscribers concurrently.
final class HTTPMessageSender: Sendable {
    /// The result of a delivery to a subscriber, or to one member of a queue.
    enum Outcome: Sendable {
        case delivered
        /// The subscriber has left.
        case notSubscribed
        case failed(MicroError)
    }

    /// The maximum number of concurrent messages to an address; more wait.
    private static let maxInFlightPerAddress = 16
    /// The maximum number of subscribers to which a message is sent concurrently.
    private static let maxConcurrentSubscribers = 128

    /// How long a queue member that did not respond in time is tried only after the other members.
    private static let unresponsivePeriod = Duration.seconds(10)

    private let transport: HTTPTransport
    /// The addresses that did not respond in time, with the time until which they are tried last.
    private let unresponsiveAddresses = Mutex<[Address: ContinuousClock.Instant]>([:])
    /// The semaphores in use, with the number of their users.
    private let semaphoresByAddress = Mutex<[Address: (semaphore: AsyncSemaphore, users: Int)]>([:])

    init(transport: HTTPTransport) { self.transport = transport }

    /// Delivers a message to one node of each group, and returns an outcome per group.
    ///
    /// - Throws: `CancellationError` only.
    func deliver(_ encodedMessage: HTTPBrokerMessage, to groups: [[Node]]) async throws -> [Outcome] {
        // Most topics have one subscriber, which needs no separate task.
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

    /// Delivers to one node. The next node is tried only if the message was definitely not received, so that the group
    /// does not receive it twice.
    private func deliver(_ encodedMessage: HTTPBrokerMessage, toOneOf group: [Node]) async throws -> Outcome {
        var outcome = Outcome.notSubscribed
        for node in ordered(group) {
            do {
                try await deliver(encodedMessage, to: node)
                return .delivered
            } catch let error as MicroError {
                if HTTPSubscriptions.isNotSubscribed(error) { continue }
                if error.code == .deadlineExceeded { recordUnresponsive(Address(node)) }
                outcome = .failed(error)
                guard error.isSafeToRetry else { return outcome }
            }
        }
        return outcome
    }

    /// The members of a group in random order, except that those that did not respond in time come last.
    private func ordered(_ group: [Node]) -> [Node] {
        guard group.count > 1 else { return group }
        let shuffled = group.shuffled()
        let unresponsive = unresponsiveAddresses.withLock(\.self)
        guard !unresponsive.isEmpty else { return shuffled }
        let isUnresponsive = { (node: Node) in unresponsive[Address(node)].map { $0 > .now } ?? false }
        return shuffled.filter { !isUnresponsive($0) } + shuffled.filter(isUnresponsive)
    }

    private func recordUnresponsive(_ address: Address) {
        let now = ContinuousClock.now
        unresponsiveAddresses.withLock { addresses in
            addresses = addresses.filter { $0.value > now }
            addresses[address] = now + Self.unresponsivePeriod
        }
    }

    private func deliver(_ encodedMessage: HTTPBrokerMessage, to node: Node) async throws {
        guard node.metadata["secure"] != "true" else {
            throw MicroError(
                .unsupported, "\(node.id) at \(Address(node)) accepts messages only over TLS",
                origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        }
        let address = Address(node)
        let request = TransportRequest(
            service: node.id, endpoint: encodedMessage.topic, contentType: "application/json",
            headers: encodedMessage.requestHeaders, body: encodedMessage.bytes, deadline: encodedMessage.deadline)
        let semaphore = retainSemaphore(address)
        defer { releaseSemaphore(address) }
        let timeoutError = MicroError(
            .deadlineExceeded,
            "\(address) did not respond in time to the maximum of \(Self.maxInFlightPerAddress) messages in flight",
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
