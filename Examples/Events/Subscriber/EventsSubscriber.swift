// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import EventsContract
import ExampleSupport
import Foundation
import Micro
import MicroBackends

/// Handles `user.created` until SIGTERM or SIGINT. If several run with the same queue, one of them handles each event.
@main
struct EventsSubscriber: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events-subscriber",
        abstract: "Handles events about new users. MICRO_BROKER and MICRO_REGISTRY select the backends.")

    @Option(help: "The queue: each event goes to one of the subscribers with the same queue.")
    var queue = "mails"

    func run() async throws {
        try LogConfiguration.environment().bootstrap()
        let service = try Microservice("mailer", backends: .environment)
        service.subscribe(UserCreated.topic, queue: queue) { (event: UserCreated, context) in
            printLine("\(queue): welcome \(event.name), number \(event.number)")
            // Standard output is closed, so the events cannot be shown: start a graceful shutdown.
            if StandardOutput.isClosed { kill(getpid(), SIGTERM) }
        }
        try await service.runService()
    }
}
