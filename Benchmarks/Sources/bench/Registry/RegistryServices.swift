// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import Micro

/// Registers services for an hour, under the names that other benchmarks use: `svc-1`, `svc-2` and so on.
struct RegistryServices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Registers services and prints the time in seconds.")

    @OptionGroup var options: RegistryOptions

    @Option(help: "The number of services.")
    var services = 1

    @Option(help: "The number of nodes per service.")
    var nodes = 3

    @Option(help: "The number of concurrent registrations.")
    var callers = 16

    static func name(_ number: Int) -> String { "svc-\(number)" }

    func run() async throws {
        let registry = try options.client()
        // No logs: the registry may still be starting.
        let silent = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        try await Registration(of: record(1), in: registry, logger: silent).start(within: .seconds(30))
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 1...callers {
                group.addTask {
                    for number in stride(from: caller, through: services, by: callers) {
                        _ = try await registry.register(record(number), timeToLive: .seconds(3600))
                    }
                }
            }
            try await group.waitForAll()
        }
        print(text(seconds(.now - start), 2))
        await registry.close()
    }

    private func record(_ number: Int) -> ServiceRecord {
        let name = Self.name(number)
        let nodes = (1...nodes).map {
            Node(
                id: "\(name)-\($0)", address: "127.0.0.1", port: 10_000 + $0,
                metadata: ["transport": "http", "protocol": "http"])
        }
        return ServiceRecord(name: name, version: "1.0.0", nodes: nodes)
    }
}
