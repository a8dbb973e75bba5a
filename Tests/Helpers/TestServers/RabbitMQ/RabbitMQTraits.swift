// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Testing

extension Trait where Self == ServerTrait<RabbitMQServer> {
    /// Starts RabbitMQ for the suite, or uses the one at `MICRO_TEST_RABBITMQ_ADDRESS`: ``RabbitMQServer/current``.
    package static var rabbitMQ: Self {
        Self { try RabbitMQServer.external.map(RabbitMQServer.init(external:)) ?? RabbitMQServer() }
    }
}

extension Trait where Self == ConditionTrait {
    /// Enables tests if RabbitMQ is available or required.
    package static var requiresRabbitMQ: Self { RabbitMQServer.backend.availabilityCondition }

    /// Enables tests that start RabbitMQ themselves, to kill it or to change its settings.
    package static var requiresLocalRabbitMQ: Self { RabbitMQServer.backend.launchCondition }
}

extension RabbitMQServer {
    /// `MICRO_TEST_RABBITMQ_SERVER` overrides the program. Debian's program on the `PATH` is a wrapper that leaves a shell
    /// between the tests and the server.
    package static let backend = Backend(
        "rabbitmq",
        program: ProcessInfo.processInfo.environment["MICRO_TEST_RABBITMQ_SERVER"]
            ?? Machine.path(of: "/usr/lib/rabbitmq/bin/rabbitmq-server") ?? "rabbitmq-server",
        source: "https://www.rabbitmq.com/docs/download")

    /// The server of the running suite.
    @TaskLocal package static var current: RabbitMQServer?

    package static var taskLocalCurrent: TaskLocal<RabbitMQServer?> { $current }
}
