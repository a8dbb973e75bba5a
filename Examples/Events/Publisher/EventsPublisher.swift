// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import EventsContract
import ExampleSupport
import Micro
import MicroBackends

/// Publishes `user.created` a number of times and prints the result.
@main
struct EventsPublisher: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events-publisher",
        abstract: "Publishes events about new users. MICRO_BROKER and MICRO_REGISTRY select the backends.")

    @OptionGroup var pacing: PacingOptions

    func run() async throws {
        try LogConfiguration.environment().bootstrap()
        let failures = try await withClient(backends: .environment, publish)
        printLine("\(pacing.count - failures) published, \(failures) failed")
        if failures > 0 || StandardOutput.isClosed { throw ExitCode.failure }
    }

    /// Publishes all events, and returns the number of failures.
    private func publish(with client: Client) async throws -> Int {
        var failures = 0
        for number in 1...pacing.count where !StandardOutput.isClosed {
            do {
                try await client.publish(UserCreated(number: number, name: "John"), to: UserCreated.topic)
            } catch let error as MicroError {
                failures += 1
                printLine("failed: \(error)")
            }
            try await Task.sleep(for: .seconds(pacing.interval))
        }
        return failures
    }
}
