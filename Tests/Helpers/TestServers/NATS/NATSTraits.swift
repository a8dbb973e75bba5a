// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Testing

extension Trait where Self == ServerTrait<NATSServer> {
    /// Starts NATS for the suite, or uses the one at `MICRO_TEST_NATS_ADDRESS`: ``NATSServer/current``.
    package static var nats: Self {
        Self { try NATSServer.external.map(NATSServer.init(external:)) ?? NATSServer() }
    }

    /// Starts NATS with settings for the suite: ``NATSServer/current``.
    package static func nats(_ settings: NATSServer.Settings) -> Self { Self { try NATSServer(settings) } }
}

extension Trait where Self == ConditionTrait {
    /// Enables tests if NATS is available or required.
    package static var requiresNATS: Self { NATSServer.backend.availabilityCondition }

    /// Enables tests that start NATS themselves, to kill it or to change its settings.
    package static var requiresLocalNATS: Self { NATSServer.backend.launchCondition }

    /// Enables tests that start NATS with the TLS handshake before `INFO`, which needs nats-server 2.10.4 or later.
    package static var requiresNATSHandshakeFirst: Self {
        .enabled("needs nats-server 2.10.4 or later") {
            NATSServer.isInstalled ? await NATSServer.supports("tls { handshake_first: true }") : false
        }
    }
}

extension NATSServer {
    /// `MICRO_TEST_NATS_SERVER` overrides the program, for machines with several versions.
    package static let backend = Backend(
        "nats", program: ProcessInfo.processInfo.environment["MICRO_TEST_NATS_SERVER"] ?? "nats-server",
        source: "https://github.com/nats-io/nats-server/releases")

    /// The server of the running suite.
    @TaskLocal package static var current: NATSServer?

    package static var taskLocalCurrent: TaskLocal<NATSServer?> { $current }

    /// The path of the program; nil if it is not installed.
    package static var program: String? { Machine.path(of: backend.program) }

    /// Whether the program accepts a configuration.
    static func supports(_ configuration: String) async -> Bool {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("nats-\(UUID().uuidString).conf")
        defer { try? FileManager.default.removeItem(at: file) }
        guard let path = program, (try? Data(configuration.utf8).write(to: file)) != nil,
            let child = try? ChildProcess(path, ["-c", file.path, "-t"])
        else { return false }
        return await child.exitStatus() == 0
    }
}
