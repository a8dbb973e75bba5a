// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import EventsContract
import Logging
import Micro
import MicroBackends

/// Greets new users until SIGTERM or SIGINT. Of several that run, each user is greeted by one.
@main
struct EventsSubscriber: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events-subscriber",
        abstract: "Handles new users. MICRO_BROKER and MICRO_REGISTRY say by what they come.")

    @Option(help: "Each event goes to one of those with the same queue.")
    var queue = "mails"

    func run() async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let service = try Microservice("mailer", backends: .environment)
        service.subscribe(UserCreated.topic, queue: queue) { (event: UserCreated, context) in
            printLine("\(queue): welcome \(event.name), number \(event.number)")
        }
        try await service.runService()
    }
}
