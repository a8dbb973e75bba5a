// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension RabbitMQSession {
    /// Makes sure that the exchange of a configuration exists. Costs nothing after the first success.
    ///
    /// - Throws: ``/MicroCore/MicroError``: `invalidArgument` if at-least-once delivery is configured and the exchange is not
    ///   durable; `CancellationError`.
    func ensureExchange(_ configuration: RabbitMQConfiguration, by deadline: ContinuousClock.Instant) async throws {
        guard !hasExchange.load(ordering: .acquiring) else { return }
        try await exchangeSemaphore.withPermit(by: deadline, orThrow: self.timeoutError("did not declare the exchange"))
        {
            guard !hasExchange.load(ordering: .acquiring) else { return }
            let isDurable = configuration.delivery == .atLeastOnce
            let exchange = AMQPCommand.Exchange(name: configuration.exchange, isDurable: isDurable)
            let exists = try await hasExchange(named: exchange.name, by: deadline)
            if !exists {
                try await perform(.exchangeDeclare(exchange), by: deadline)
            } else if isDurable {
                // Without the permission to declare it, the existing exchange is trusted to be durable.
                do { try await perform(.exchangeDeclare(exchange), by: deadline) } catch let error as MicroError
                    where error.code == .permissionDenied
                {}
            }
            hasExchange.store(true, ordering: .releasing)
        }
    }

    /// Checks whether an exchange exists, which needs no permission.
    private func hasExchange(named name: String, by deadline: ContinuousClock.Instant) async throws -> Bool {
        do {
            let exchange = AMQPCommand.Exchange(name: name, isDurable: false, isPassive: true)
            try await perform(.exchangeDeclare(exchange), by: deadline)
            return true
        } catch let error as MicroError where error.isMissingEntity {
            return false
        }
    }

    /// Performs a command on a channel of its own, so that its failure affects nothing else.
    func perform(_ command: AMQPCommand, by deadline: ContinuousClock.Instant) async throws {
        let channel = try makeChannel()
        defer { channel.close() }
        try await channel.perform([.channelOpen, command], by: deadline)
    }
}

extension MicroError {
    /// Whether a server refused a command because its exchange or queue does not exist.
    var isMissingEntity: Bool { code == .unavailable && message.contains("404 NOT_FOUND") }
}
