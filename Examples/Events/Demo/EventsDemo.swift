// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import EventsContract
import Logging
import Micro
import MicroMemory
import Synchronization

/// A publisher and two subscribers of one queue in one process, on the memory backends. It needs no server.
@main
struct EventsDemo {
    private struct MailServerBusyError: Error {}

    static func main() async {
        await Microservice.main { try await demonstrate() }
    }

    private static func demonstrate() async throws {
        LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }
        // At least once: an event is redelivered if its handler fails.
        let broker = MemoryBroker(delivery: .atLeastOnce)
        let mails = Mails()
        let mailers = try ["first", "second"].map { id in
            let mailer = try service("mailer", id: id, broker)
            mailer.subscribe(UserCreated.topic, queue: "mails") { (event: UserCreated, context) in
                if event.number == 3, context.attempt == 1 { throw MailServerBusyError() }
                mails.add(Mail(event: event, mailer: id, attempt: context.attempt))
            }
            return mailer
        }
        let publisher = try Client(registry: MemoryRegistry(), transport: MemoryTransport(), broker: broker)

        print("One process, all backends in memory.\n")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for mailer in mailers { group.addTask { try await mailer.run() } }
            group.addTask {
                try await waitForSubscribers()
                print("Publishing six events to \(UserCreated.topic)")
                for (number, name) in zip(1..., ["John", "Jane", "世界", "Ann", "Bob", "Eve"]) {
                    try await publisher.publish(UserCreated(number: number, name: name), to: UserCreated.topic)
                }
                while mails.all.count < 6 { try await Task.sleep(for: .milliseconds(5)) }
            }
            // All events are handled, or a service could not start.
            try await group.next()
            group.cancelAll()
        }
        print(
            "\nEach event was handled by one of the mailers; the third one on the second attempt, as the first failed")
        for mail in mails.all.sorted(by: { $0.event.number < $1.event.number }) {
            print("  \(mail.event.number) \(mail.event.name) by \(mail.mailer), attempt \(mail.attempt)")
        }
        await publisher.close()
    }

    private struct Mail: Sendable {
        let event: UserCreated
        let mailer: String
        let attempt: Int
    }

    private final class Mails: Sendable {
        private let mails = Mutex<[Mail]>([])

        var all: [Mail] { mails.withLock(\.self) }

        func add(_ mail: Mail) { mails.withLock { $0.append(mail) } }
    }

    private static func service(_ name: String, id: String, _ broker: MemoryBroker) throws -> Microservice {
        var settings = Microservice.Configuration(name: name, version: "1.0.0")
        settings.id = id
        settings.deregistrationGracePeriod = .zero
        return try Microservice(settings, registry: MemoryRegistry(), transport: MemoryTransport(), broker: broker)
    }

    /// Waits until both mailers are registered, and prints their subscriptions, which are endpoints in the registry.
    private static func waitForSubscribers() async throws {
        for await state in try MemoryRegistry().watch("mailer") where state["mailer"].flatMap(\.nodes).count == 2 {
            for endpoint in state["mailer"].flatMap(\.endpoints) {
                print("The registry lists mailers that subscribe to \(endpoint.metadata["topic"] ?? "-")")
            }
            return
        }
    }
}
