// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import Micro
import MicroConsul

/// Changes the port of a node in Consul again and again, and prints how long a watch of another client takes to tell.
struct ConsulWatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures how long a change in Consul takes to reach a watch.")

    private static let service = "bench-watch"

    @Option(help: "The address of Consul's HTTP interface, HOST:PORT.")
    var address: String

    @Option(help: "How many changes there are.")
    var changes = 200

    @Option(help: "Milliseconds between a state and the next change; a watch slows down for frequent ones.")
    var pause = 120

    func run() async throws {
        var configuration = ConsulConfiguration()
        configuration.address = address
        let writer = try ConsulRegistry(configuration: configuration)
        let reader = try ConsulRegistry(configuration: configuration)
        // Consul may just be starting: no news that it is not there yet.
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

        var times: (register: [Double], sent: [Double], returned: [Double]) = ([], [], [])
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
        }
        print("interval p50_ms p99_ms")
        show("register", times.register)
        show("sent-to-state", times.sent)
        show("returned-to-state", times.returned)

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
