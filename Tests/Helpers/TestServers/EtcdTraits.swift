// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Testing

extension Trait where Self == ServerTrait<EtcdServer> {
    /// The etcd of the suite, started here or that of `MICRO_TEST_ETCD_ADDRESS`, is ``EtcdServer/current``.
    package static var etcd: Self {
        Self { try EtcdServer.external.map(EtcdServer.init(external:)) ?? EtcdServer() }
    }

    /// The etcd of the suite, with settings of its own, is ``EtcdServer/current``.
    package static func etcd(_ settings: EtcdServer.Settings) -> Self { Self { try EtcdServer(settings) } }
}

extension Trait where Self == ConditionTrait {
    /// Runs where there is an etcd to use, or where one is required.
    package static var requiresEtcd: Self { EtcdServer.backend.availabilityCondition }

    /// Runs where etcd is started by the tests, to be killed or to have settings of its own.
    package static var requiresLocalEtcd: Self { EtcdServer.backend.launchCondition }
}

extension EtcdServer {
    package static let backend = Backend("etcd", source: "https://github.com/etcd-io/etcd/releases")

    /// The server of the suite that runs now.
    @TaskLocal package static var current: EtcdServer?

    package static var taskLocalCurrent: TaskLocal<EtcdServer?> { $current }
}
