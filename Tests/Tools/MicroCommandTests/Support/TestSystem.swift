// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// Services that run as child processes, and the command `micro` with settings to reach them.
struct TestSystem {
    /// The variables that select the registry, broker and transport.
    let environment: [String: String]
    private let greeters: [ChildProcess]

    /// Starts greeters and waits until they are registered.
    static func start(greeters count: Int = 2, _ settings: [String: String]) async throws -> TestSystem {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("micro-\(UUID().uuidString)")
        let environment = settings.merging(["XDG_CONFIG_HOME": folder.path, "XDG_STATE_HOME": folder.path]) { $1 }
        var greeters: [ChildProcess] = []
        for number in 0..<count {
            greeters.append(
                try ChildProcess(
                    URL(fileURLWithPath: MicroTool.path).deletingLastPathComponent()
                        .appendingPathComponent("greeter-server").path, ["--version", "1.\(number)"],
                    environment: environment))
        }
        for greeter in greeters {
            let isRegistered = await eventually { greeter.text.contains("service registered") }
            try #require(isRegistered, "\(greeter.text)")
        }
        return TestSystem(environment: environment, greeters: greeters)
    }

    /// Runs `micro` and returns its output.
    func micro(_ arguments: String..., environment extra: [String: String] = [:]) async throws
        -> MicroTool.CommandResult
    {
        try await MicroTool.run(MicroTool.path, arguments, environment: environment.merging(extra) { $1 })
    }

    /// Starts `micro` and does not wait for its end.
    func start(_ arguments: String...) throws -> ChildProcess {
        try ChildProcess(MicroTool.path, arguments, environment: environment)
    }

    /// Ends the greeters, which deregister themselves.
    func end() async {
        for greeter in greeters { greeter.send(SIGTERM) }
        for greeter in greeters where await greeter.exitStatus() == nil { await greeter.forceKill() }
    }

    /// Ends one greeter.
    func endGreeter(_ number: Int) async {
        greeters[number].send(SIGTERM)
        _ = await greeters[number].exitStatus()
    }
}

/// Replaces what differs between runs: IDs, ports and times.
func normalized(_ text: String) -> String {
    text.replacing(#/greeter-[0-9a-f]{8}-[0-9a-f-]{27}/#, with: "greeter-ID")
        .replacing(#/127\.0\.0\.1(:|\t)[0-9]+/#) { "127.0.0.1\($0.output.1)PORT" }
        .replacing(#/"process": [0-9]+/#, with: "\"process\": PID")
}
