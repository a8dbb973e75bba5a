// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import Micro

/// Changes the port of a node repeatedly, and prints the latency of a watch in another client, and of one without
/// swift-micro.
struct RegistryChanges: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures the latency from a change to a watch.")

    private static let service = "bench-watch"

    @OptionGroup var options: RegistryOptions

    @Option(help: "The number of changes.")
    var changes = 200

    @Option(
        help: "The time between a state and the next change, in milliseconds; a watch slows down for frequent changes.")
    var pause = 120

    func run() async throws {
        let writer = try options.client()
        let reader = try options.client()
        // No logs: the registry may still be starting.
        let silent = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        try await Registration(of: record(port: 1), in: writer, logger: silent).start(within: .seconds(30))

        let (ports, continuation) = AsyncStream.makeStream(of: (port: Int, at: ContinuousClock.Instant).self)
        let watch = try reader.watch(Self.service)
        let watching = Task {
            for await state in watch {
                guard let port = state[Self.service].first?.nodes.first?.port else { continue }
                continuation.yield((port, .now))
            }
            continuation.finish()
        }
        var states = ports.makeAsyncIterator()
        _ = await states.next()

        let raw = try RawWatch(of: Self.service, in: options)
        defer { raw?.stop() }
        var rawStates = raw?.observations.makeAsyncIterator()
        if raw != nil { _ = await rawStates?.next() }

        var times: (register: [Double], sent: [Double], returned: [Double], raw: [Double]) = ([], [], [], [])
        for port in 2..<(2 + changes) {
            try await Task.sleep(for: .milliseconds(pause))
            let sent = ContinuousClock.now
            try await writer.register(record(port: port), timeToLive: .seconds(60))
            let returned = ContinuousClock.now
            var state = await states.next()
            while let seen = state, seen.port != port { state = await states.next() }
            guard let state else { throw BenchError("the watch ended") }
            times.register.append(seconds(returned - sent))
            times.sent.append(seconds(state.at - sent))
            times.returned.append(seconds(state.at - returned))
            guard raw != nil else { continue }
            var observation = await rawStates?.next()
            while let seen = observation, seen.port != port { observation = await rawStates?.next() }
            guard let observation else { throw BenchError("the bare watch ended") }
            times.raw.append(seconds(observation.at - sent))
        }
        print("interval p50_ms p99_ms")
        show("register", times.register)
        show("sent-to-state", times.sent)
        show("returned-to-state", times.returned)
        if raw != nil {
            show("sent-to-bare-watch", times.raw)
            let (state, other) = (times.sent.sorted(), times.raw.sorted())
            print(
                "state/bare",
                [0.5, 0.99].map { text(state.quantile($0) / other.quantile($0), 2) }.joined(separator: " "))
        }

        try await writer.deregister(record(port: 1))
        watching.cancel()
        await reader.close()
        await writer.close()
    }

    private func record(port: Int) -> ServiceRecord {
        let node = Node(id: "bench-watch-1", address: "127.0.0.1", port: port, metadata: ["transport": "http"])
        return ServiceRecord(name: Self.service, nodes: [node])
    }

    private func show(_ name: String, _ times: [Double]) {
        let sorted = times.sorted()
        print(name, text(sorted.quantile(0.5) * 1e3, 2), text(sorted.quantile(0.99) * 1e3, 2))
    }
}
