// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import EventsContract
import Logging
import Micro
import MicroBackends

/// Publishes `user.created` again and again, and says how it went.
@main
struct EventsPublisher: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events-publisher",
        abstract: "Publishes new users. MICRO_BROKER and MICRO_REGISTRY say by what, and who gets them.")

    @Option(help: "How many events to publish.")
    var count = 10

    @Option(help: "Seconds between two events.")
    var interval = 0.5

    func validate() throws {
        guard count > 0, count <= 1_000_000_000 else { throw ValidationError("--count must be within 1…1000000000.") }
        guard interval >= 0, interval <= 3600 else { throw ValidationError("--interval must be within 0…3600.") }
    }

    func run() async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let client = try Client(backends: .environment)
        var failures = 0
        for number in 1...count {
            do {
                try await client.publish(UserCreated(number: number, name: "John"), to: UserCreated.topic)
            } catch let error as MicroError {
                failures += 1
                printLine("failed: \(error)")
            }
            try await Task.sleep(for: .seconds(interval))
        }
        await client.close()
        printLine("\(count - failures) published, \(failures) failed")
        if failures > 0 { throw ExitCode.failure }
    }
}
