// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import EventsContract
import ExampleSupport
import Logging
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
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let client = try Client(backends: .environment)
        var failures = 0
        for number in 1...pacing.count {
            do {
                try await client.publish(UserCreated(number: number, name: "John"), to: UserCreated.topic)
            } catch let error as MicroError {
                failures += 1
                printLine("failed: \(error)")
            }
            try await Task.sleep(for: .seconds(pacing.interval))
        }
        await client.close()
        printLine("\(pacing.count - failures) published, \(failures) failed")
        if failures > 0 { throw ExitCode.failure }
    }
}
