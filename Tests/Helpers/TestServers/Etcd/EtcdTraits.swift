// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Testing

extension Trait where Self == ServerTrait<EtcdServer> {
    /// Starts etcd for the suite, or uses the one at `MICRO_TEST_ETCD_ADDRESS`: ``EtcdServer/current``.
    package static var etcd: Self {
        Self { try EtcdServer.external.map(EtcdServer.init(external:)) ?? EtcdServer() }
    }

    /// Starts etcd with settings for the suite: ``EtcdServer/current``.
    package static func etcd(_ settings: EtcdServer.Settings) -> Self { Self { try EtcdServer(settings) } }
}

extension Trait where Self == ConditionTrait {
    /// Enables tests if etcd is available or required.
    package static var requiresEtcd: Self { EtcdServer.backend.availabilityCondition }

    /// Enables tests that start etcd themselves, to kill it or to change its settings.
    package static var requiresLocalEtcd: Self { EtcdServer.backend.launchCondition }
}

extension EtcdServer {
    package static let backend = Backend("etcd", source: "https://github.com/etcd-io/etcd/releases")

    /// The server of the running suite.
    @TaskLocal package static var current: EtcdServer?

    package static var taskLocalCurrent: TaskLocal<EtcdServer?> { $current }
}
