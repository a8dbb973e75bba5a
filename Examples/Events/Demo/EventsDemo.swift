// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import EventsContract
import Logging
import Micro
import MicroMemory
import Synchronization

/// A publisher and two subscribers of one queue in one process, on the memory backends: nothing to install, nothing to
/// start.
@main
struct EventsDemo {
    private struct MailServerBusyError: Error {}

    static func main() async throws {
        LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }
        // At least once: what a handler does not finish comes again.
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

        print("One process, everything in memory.\n")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for mailer in mailers { group.addTask { try await mailer.run() } }
            group.addTask {
                try await waitForSubscribers()
                print("Six users are published to \(UserCreated.topic)")
                for (number, name) in zip(1..., ["John", "Jane", "世界", "Ann", "Bob", "Eve"]) {
                    try await publisher.publish(UserCreated(number: number, name: name), to: UserCreated.topic)
                }
                while mails.all.count < 6 { try await Task.sleep(for: .milliseconds(5)) }
            }
            // The story is over, or a service could not start.
            try await group.next()
            group.cancelAll()
        }
        print("\nOne of the two mailers greets each; the third user at the second attempt, since the first one failed")
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
        private let content = Mutex<[Mail]>([])

        var all: [Mail] { content.withLock(\.self) }

        func add(_ mail: Mail) { content.withLock { $0.append(mail) } }
    }

    private static func service(_ name: String, id: String, _ broker: MemoryBroker) throws -> Microservice {
        var settings = Microservice.Configuration(name: name, version: "1.0.0")
        settings.id = id
        settings.deregistrationGracePeriod = .zero
        return try Microservice(settings, registry: MemoryRegistry(), transport: MemoryTransport(), broker: broker)
    }

    /// Subscriptions are endpoints in the registry.
    private static func waitForSubscribers() async throws {
        for await state in try MemoryRegistry().watch("mailer") where state["mailer"].flatMap(\.nodes).count == 2 {
            for endpoint in state["mailer"].flatMap(\.endpoints) {
                print("The registry has mailers that subscribe to \(endpoint.metadata["topic"] ?? "-")")
            }
            return
        }
    }
}
