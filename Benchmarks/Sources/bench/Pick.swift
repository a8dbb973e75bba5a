// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import MicroMemory

/// Picks nodes of a service that is known already, and prints how long one pick and the word of how it did take: a line for each strategy and
/// number of nodes, from one task and from two at once.
struct Pick: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures the choice of a node.")

    private static let service = "bench"

    @Option(help: "How many picks each task makes in a run.")
    var picks = 200_000

    @Option(help: "How many runs there are; their median is printed.")
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
        // A record holds so many.
        for start in stride(from: 0, to: count, by: 1000) {
            let part = Array(nodes[start..<min(start + 1000, count)])
            try await registry.register(
                ServiceRecord(name: Self.service, version: "\(start)", nodes: part), timeToLive: nil)
        }
        let selector = NodeSelector(registry: registry, transportName: "http", strategy: strategy)
        // All of them are known.
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

    /// How long a task waits for one pick, on average.
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
