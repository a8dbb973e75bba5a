// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GreeterContract
import Logging
import Micro
import MicroBackends

/// Calls `Greeter.Hello` again and again, and says how it went.
@main
struct GreeterClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "greeter-client",
        abstract: "Calls the greeter. MICRO_REGISTRY and MICRO_REGISTRY_ADDRESS say where it is looked for.")

    @Option(help: "How many calls to make.")
    var count = 10

    @Option(help: "Seconds between the starts of two calls.")
    var interval = 0.5

    @Option(help: "Who is greeted.")
    var name = "John"

    func validate() throws {
        guard count > 0, count <= 1_000_000_000 else { throw ValidationError("--count must be within 1…1000000000.") }
        guard interval >= 0, interval <= 3600 else { throw ValidationError("--interval must be within 0…3600.") }
    }

    func run() async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let client = try Client(backends: .environment)
        let statistics = CallStatistics()
        let options = CallOptions(isIdempotent: true) { _ in statistics.recordRetry() }
        let clock = ContinuousClock()
        var next = clock.now
        for _ in 0..<count {
            let started = clock.now
            do {
                let response: HelloResponse = try await client.call(
                    "greeter", "Greeter.Hello", HelloRequest(name: name), options: options)
                statistics.recordSuccess(response, after: clock.now - started)
            } catch let error as MicroError {
                statistics.recordFailure(error)
            }
            next += .seconds(interval)
            try await Task.sleep(until: next, clock: clock)
        }
        await client.close()
        printLine(statistics.summary)
        if statistics.failures > 0 { throw ExitCode.failure }
    }
}
