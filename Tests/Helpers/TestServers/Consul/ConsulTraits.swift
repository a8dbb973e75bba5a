// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Testing

extension Trait where Self == ServerTrait<ConsulServer> {
    /// Starts an agent for the suite, or uses the one at `MICRO_TEST_CONSUL_ADDRESS`: ``ConsulServer/current``.
    package static var consul: Self {
        Self { try ConsulServer.external.map(ConsulServer.init(external:)) ?? ConsulServer() }
    }

    /// Starts an agent with settings for the suite: ``ConsulServer/current``.
    package static func consul(_ settings: ConsulServer.Settings) -> Self { Self { try ConsulServer(settings) } }
}

extension Trait where Self == ConditionTrait {
    /// Enables tests if Consul is available or required.
    package static var requiresConsul: Self { ConsulServer.backend.availabilityCondition }

    /// Enables tests that start Consul themselves, to kill it or to change its settings.
    package static var requiresLocalConsul: Self { ConsulServer.backend.launchCondition }
}

extension ConsulServer {
    package static let backend = Backend("consul", source: "https://developer.hashicorp.com/consul/install")

    /// The agent of the running suite.
    @TaskLocal package static var current: ConsulServer?

    package static var taskLocalCurrent: TaskLocal<ConsulServer?> { $current }
}
