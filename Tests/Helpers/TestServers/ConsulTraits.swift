// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Testing

extension Trait where Self == ServerTrait<ConsulServer> {
    /// The agent of the suite, started here or that of `MICRO_TEST_CONSUL_ADDRESS`, is ``ConsulServer/current``.
    package static var consul: Self {
        Self { try ConsulServer.external.map(ConsulServer.init(external:)) ?? ConsulServer() }
    }

    /// The agent of the suite, with settings of its own, is ``ConsulServer/current``.
    package static func consul(_ settings: ConsulServer.Settings) -> Self { Self { try ConsulServer(settings) } }
}

extension Trait where Self == ConditionTrait {
    /// Runs where there is a Consul to use, or where one is required.
    package static var requiresConsul: Self { ConsulServer.backend.availabilityCondition }

    /// Runs where Consul is started by the tests, to be killed or to have settings of its own.
    package static var requiresLocalConsul: Self { ConsulServer.backend.launchCondition }
}

extension ConsulServer {
    package static let backend = Backend("consul", source: "https://developer.hashicorp.com/consul/install")

    /// The agent of the suite that runs now.
    @TaskLocal package static var current: ConsulServer?

    package static var taskLocalCurrent: TaskLocal<ConsulServer?> { $current }
}
