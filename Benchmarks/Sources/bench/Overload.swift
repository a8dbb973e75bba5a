// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import MicroHTTP
import MicroMemory
import Synchronization

/// A service whose calls use CPU time; its capacity is the number of cores divided by the time per call.
struct OverloadServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overload-server", abstract: "Serves overload-client until the process is ended.")

    static let service = "worker"
    static let endpoint = "Worker.Work"

    struct Work: Codable, Sendable {}

    @Option(help: "The maximum number of concurrent calls. Default: no limit.")
    var limit: Int?

    @Option(help: "The CPU time of a call, in microseconds.")
    var cost = 1000

    func run() async throws {
        var settings = Microservice.Configuration(name: Self.service)
        settings.concurrencyLimit = limit
        let registry = MemoryRegistry()
        let service = try Microservice(settings, registry: registry, transport: HTTPTransport())
        service.handle(Self.endpoint) { [cost] (work: Work, _) in
            let start = try threadTime()
            while try threadTime() - start < Double(cost) / 1e6 {}
            return work
        }
        async let running: Void = service.run()
        for await state in try registry.watch(Self.service) {
            guard let node = state[Self.service].first?.nodes.first else { continue }
            announce(Address(node))
            break
        }
        try await running
    }
}

/// Calls an `overload-server` at a fixed rate and prints one line:
/// `LIMIT SENT/S SUCCEEDED/S REFUSED/S TIMED-OUT/S P50-MS P99-MS`, with the latencies of successful calls.
struct OverloadClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overload-client", abstract: "Measures a service under more load than its capacity.")

    @Option(help: "The address of the server, HOST:PORT.")
    var address: String

    @Option(help: "The first column of the output.")
    var label: String

    @Option(help: "The number of calls per second.")
    var rate = 1000

    @Option(help: "The duration of the measurement, in seconds.")
    var seconds = 5.0

    @Option(help: "The timeout of a call, in milliseconds.")
    var timeout = 500

    func run() async throws {
        let (registry, transport) = (MemoryRegistry(), HTTPTransport())
        let address = try Address(parsing: address)
        let node = Node(
            id: "worker-1", address: address.host, port: address.port, metadata: ["transport": transport.name])
        try await registry.register(
            ServiceRecord(name: OverloadServer.service, nodes: [node]), timeToLive: nil)
        let client = try Client(configuration: .init(), registry: registry, transport: transport)
        _ = try await measure(client, for: 1)
        let outcomes = try await measure(client, for: seconds)
        let (times, refused, timedOut) = (outcomes.times.sorted(), outcomes.refused, outcomes.timedOut)
        let figures =
            [Double(times.count + refused + timedOut), Double(times.count), Double(refused), Double(timedOut)].map {
                text($0 / seconds, 0)
            } + [0.5, 0.99].map { text((times.isEmpty ? 0 : times.quantile($0)) * 1e3, 1) }
        print(label, figures.joined(separator: " "))
        await client.close()
        await transport.close()
    }

    private struct Outcomes {
        var times: [Double] = []
        var refused = 0
        var timedOut = 0
    }

    private func measure(_ client: Client, for seconds: Double) async throws -> Outcomes {
        let options = CallOptions(timeout: .milliseconds(timeout), retries: 0)
        return try await withThrowingTaskGroup(of: (Double, MicroError.Code?).self) { group in
            let begin = ContinuousClock.now
            let pause = Duration.seconds(1) / rate
            for number in 0..<Int(seconds * Double(rate)) {
                try await Task.sleep(until: begin + pause * number)
                group.addTask {
                    let start = ContinuousClock.now
                    do {
                        let _: OverloadServer.Work = try await client.call(
                            OverloadServer.service, OverloadServer.endpoint, OverloadServer.Work(), options: options)
                        return ((.now - start) / .seconds(1), nil)
                    } catch let error as MicroError { return (0, error.code) }
                }
            }
            var outcomes = Outcomes()
            for try await (time, code) in group {
                switch code {
                case nil: outcomes.times.append(time)
                case .resourceExhausted?: outcomes.refused += 1
                default: outcomes.timedOut += 1
                }
            }
            return outcomes
        }
    }
}
