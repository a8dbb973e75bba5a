// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The options of a NATS server that only this process uses.
struct NATSProcessOptions: ParsableArguments {
    @Option(help: "The server's configuration file.")
    var configuration = "../docker/nats/nats.conf"

    @Option(parsing: .upToNextOption, help: "The server's ports: NATS, WebSocket and monitoring.")
    var ports: [Int]

    @Option(help: "The server's data directory.")
    var data: String

    func validate() throws {
        guard ports.count == 3 else { throw ValidationError("there are three ports") }
    }
}

/// A NATS server that is killed and restarted with its JetStream data.
final class NATSProcess {
    private static let timeout = Duration.seconds(30)

    private let options: NATSProcessOptions
    private var process: Process?

    init(at options: NATSProcessOptions) { self.options = options }

    deinit { kill() }

    /// Starts the server and waits until it is ready.
    func start() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // The script ends the server with this file if this process is killed.
        process.arguments = ["nats-server", "-c", options.configuration, "-P", "\(options.data).pid"]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "NATS_HOST": "127.0.0.1", "NATS_PORT": "\(options.ports[0])", "NATS_WEBSOCKET_PORT": "\(options.ports[1])",
            "NATS_MONITORING_PORT": "\(options.ports[2])", "NATS_DATA": options.data,
        ]) { $1 }
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        let deadline = ContinuousClock.now + Self.timeout
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(options.ports[2])/healthz")
        while (try? await HTTPClient.shared.execute(request, timeout: .seconds(1)))?.status != .ok {
            guard .now < deadline else { throw BenchError("nats-server does not serve") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Kills the server and waits for its end.
    func kill() {
        guard let process else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: "\(options.data).pid")
        self.process = nil
    }
}
