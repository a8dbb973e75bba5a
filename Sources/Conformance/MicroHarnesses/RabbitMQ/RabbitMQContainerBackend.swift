// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroRabbitMQ

/// A RabbitMQ server in a container, which keeps durable queues until the container is removed.
struct RabbitMQContainerBackend: ContainerBackend {
    private let wire: RabbitMQWireClient
    /// The address with its scheme.
    let url: String

    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    init(_ configuration: RabbitMQConfiguration) throws {
        wire = try RabbitMQWireClient(configuration)
        url = "\(wire.usesTLS ? "amqps" : "amqp")://\(wire.address)"
    }

    /// RabbitMQ has no registrations, and its users are made with its own command.
    var unsupportedActions: Set<BackendAction> { [.compact, .revoke, .revokeCredentials] }

    /// Whether the server accepts logins: its port opens before it does.
    func isServing() async -> Bool { (try? await wire.deleteExchange()) != nil }
}
