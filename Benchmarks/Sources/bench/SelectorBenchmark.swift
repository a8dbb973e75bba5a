// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import MicroMemory

/// Selects nodes of a cached service, and prints the duration of a selection and of reporting its outcome: a line per
/// strategy and number of nodes, from one task and from two concurrent tasks.
struct SelectorBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selector", abstract: "Measures the selection of a node.")

    private static let service = "bench"

    @Option(help: "The number of selections per task and run.")
    var picks = 200_000

    @Option(help: "The number of runs; the median is printed.")
    var runs = 5

    @Option(parsing: .upToNextOption, help: "The numbers of nodes.")
    var nodes = [10, 1000, 10_000]

    func run() async throws {
        print("strategy nodes ns_1_task ns_2_tasks")
        for strategy in SelectionStrategy.allCases {
            for count in nodes { try await measure(strategy, count) }
        }
    }

    private func measure(_ strategy: SelectionStrategy, _ count: Int) async throws {
        let registry = MemoryRegistry(backend: MemoryBackend())
        let nodes = (1...count).map {
            Node(id: "bench-\($0)", address: "127.0.0.1", port: $0, metadata: ["transport": "http"])
        }
        // The maximum number of nodes in a record.
        for start in stride(from: 0, to: count, by: 1000) {
            let part = Array(nodes[start..<min(start + 1000, count)])
            try await registry.register(
                ServiceRecord(name: Self.service, version: "\(start)", nodes: part), timeToLive: nil)
        }
        let selector = NodeSelector(registry: registry, transportName: "http", strategy: strategy)
        // Waits until all nodes are in the cache.
        for await state in try registry.watch(Self.service)
        where state[Self.service].flatMap(\.nodes).count == count { break }
        try await selector.pick(Self.service, deadline: .now + .seconds(5)).report(.responded)
        var times: (one: [Double], two: [Double]) = ([], [])
        for _ in 0..<runs {
            times.one.append(try await nanoseconds(selector, strategy, tasks: 1))
            times.two.append(try await nanoseconds(selector, strategy, tasks: 2))
        }
        print(strategy.rawValue, count, text(times.one.median, 0), text(times.two.median, 0))
        await selector.close()
        await registry.close()
    }

    /// The mean duration of a selection for a task.
    private func nanoseconds(_ selector: NodeSelector, _ strategy: SelectionStrategy, tasks: Int) async throws -> Double
    {
        try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<tasks {
                group.addTask { [picks] in
                    let start = ContinuousClock.now
                    let deadline = start + .seconds(60)
                    for pick in 0..<picks {
                        let key = strategy == .consistentHash ? "customer-\(pick)" : nil
                        try await selector.pick(Self.service, key: key, deadline: deadline).report(.responded)
                    }
                    return seconds(.now - start) / Double(picks) * 1e9
                }
            }
            return try await group.reduce(0, +) / Double(tasks)
        }
    }
}
