// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ExampleSupport
import GreeterContract
import Micro
import MicroBackends

/// Calls `Greeter.Hello` a number of times and prints statistics.
@main
struct GreeterClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "greeter-client",
        abstract: "Calls Greeter.Hello. MICRO_REGISTRY and MICRO_REGISTRY_ADDRESS select the registry.")

    @OptionGroup var pacing: PacingOptions

    @Option(help: "The name to greet.")
    var name = "John"

    func run() async throws {
        try LogConfiguration.environment().bootstrap()
        let statistics = CallStatistics()
        try await withClient(backends: .environment) { try await call($0, statistics) }
        printLine(statistics.summary)
        if statistics.failures > 0 || StandardOutput.isClosed { throw ExitCode.failure }
    }

    private func call(_ client: Client, _ statistics: CallStatistics) async throws {
        let options = CallOptions(isIdempotent: true) { _ in statistics.recordRetry() }
        let clock = ContinuousClock()
        var next = clock.now
        for _ in 0..<pacing.count where !StandardOutput.isClosed {
            let started = clock.now
            do {
                let response: HelloResponse = try await client.call(
                    "greeter", "Greeter.Hello", HelloRequest(name: name), options: options)
                statistics.recordSuccess(response, after: clock.now - started)
            } catch let error as MicroError {
                statistics.recordFailure(error)
            }
            next += .seconds(pacing.interval)
            try await Task.sleep(until: next, clock: clock)
        }
    }
}
