// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Testing

extension Trait where Self == ServerTrait<NATSServer> {
    /// The NATS of the suite, started here or that of `MICRO_TEST_NATS_ADDRESS`, is ``NATSServer/current``.
    package static var nats: Self {
        Self { try NATSServer.external.map(NATSServer.init(external:)) ?? NATSServer() }
    }

    /// The NATS of the suite, with settings of its own, is ``NATSServer/current``.
    package static func nats(_ settings: NATSServer.Settings) -> Self { Self { try NATSServer(settings) } }
}

extension Trait where Self == ConditionTrait {
    /// Runs where there is a NATS to use, or where one is required.
    package static var requiresNATS: Self { NATSServer.backend.availabilityCondition }

    /// Runs where NATS is started by the tests, to be killed or to have settings of its own.
    package static var requiresLocalNATS: Self { NATSServer.backend.launchCondition }

    /// Runs where a NATS that is started by the tests can begin with TLS, which nats-server 2.10.4 and later can.
    package static var requiresNATSHandshakeFirst: Self {
        .enabled("needs nats-server 2.10.4 or later") {
            NATSServer.isInstalled ? await NATSServer.supports("tls { handshake_first: true }") : false
        }
    }
}

extension NATSServer {
    /// Of two versions on one machine, `MICRO_TEST_NATS_SERVER` names the program to start.
    package static let backend = Backend(
        "nats", program: ProcessInfo.processInfo.environment["MICRO_TEST_NATS_SERVER"] ?? "nats-server",
        source: "https://github.com/nats-io/nats-server/releases")

    /// The server of the suite that runs now.
    @TaskLocal package static var current: NATSServer?

    package static var taskLocalCurrent: TaskLocal<NATSServer?> { $current }

    /// The path of the program; nil if it is not here.
    package static var program: String? { Machine.path(of: backend.program) }

    /// Whether the program takes a configuration.
    static func supports(_ configuration: String) async -> Bool {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("nats-\(UUID().uuidString).conf")
        defer { try? FileManager.default.removeItem(at: file) }
        guard let path = program, (try? Data(configuration.utf8).write(to: file)) != nil,
            let child = try? ChildProcess(path, ["-c", file.path, "-t"])
        else { return false }
        return await child.exitStatus() == 0
    }
}
