// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro

/// Registers nodes, renews each at an interval, and prints the CPU time of the registry's processes, as a share of one core:
/// `PROCESS IDLE-% LOADED-% ADDED-MS-PER-HEARTBEAT RESIDENT-MIB`.
struct RegistryHeartbeats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures the CPU time of a registry for the heartbeats of nodes.")

    @OptionGroup var options: RegistryOptions

    @Option(help: "The number of nodes, each of a service of its own.")
    var nodes = 200

    @Option(help: "The time between two heartbeats of a node, in seconds.")
    var interval = 10.0

    @Option(help: "The duration of the measurement without heartbeats, and of the one with them, in seconds.")
    var seconds = 60.0

    @Option(parsing: .upToNextOption, help: "The names and IDs of the registry's processes: NAME=ID.")
    var processes: [String]

    func run() async throws {
        let processes = try processes.map(Self.parse)
        let registry = try options.client()
        // The first registrations are not heartbeats.
        for number in 1...nodes { try await registry.register(record(number), timeToLive: .seconds(600)) }
        let idle = try await usage(of: processes) { try await Task.sleep(for: .seconds(seconds)) }
        let count = Int(seconds / interval) * nodes
        let loaded = try await usage(of: processes) {
            let start = ContinuousClock.now
            for beat in 0..<count {
                try await Task.sleep(until: start + .seconds(Double(beat) * interval / Double(nodes)))
                try await registry.register(record(beat % nodes + 1), timeToLive: .seconds(600))
            }
            try await Task.sleep(until: start + .seconds(seconds))
        }
        for (index, process) in processes.enumerated() {
            let added = (loaded[index] - idle[index]) * seconds / Double(count)
            print(
                process.name, text(idle[index] * 100, 2), text(loaded[index] * 100, 2), text(added * 1e3, 2),
                text(try residentMemory(of: process.id) / 1_048_576, 1))
        }
        await registry.close()
    }

    private static func parse(_ text: String) throws -> (name: String, id: Int32) {
        let parts = text.split(separator: "=")
        guard parts.count == 2, let id = Int32(parts[1]) else { throw BenchError("\(text) is not NAME=ID") }
        return (String(parts[0]), id)
    }

    /// The CPU time that each process uses during an operation, divided by the time that has passed.
    private func usage(
        of processes: [(name: String, id: Int32)], during operation: () async throws -> Void
    ) async throws -> [Double] {
        let (start, before) = (ContinuousClock.now, try processes.map { try cpuTime(of: $0.id) })
        try await operation()
        let passed = (ContinuousClock.now - start) / .seconds(1)
        return try zip(processes, before).map { (try cpuTime(of: $0.id) - $1) / passed }
    }

    private func record(_ number: Int) -> ServiceRecord {
        let name = "heartbeat-\(number)"
        let node = Node(
            id: "\(name)-1", address: "127.0.0.1", port: 9090, metadata: ["transport": "http", "protocol": "http"])
        return ServiceRecord(name: name, version: "1.0.0", nodes: [node])
    }
}
