// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore

/// `micro subscribe`
struct SubscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe", abstract: "Shows the events of a topic as they arrive, until Ctrl-C.",
        discussion: """
            With --output json, each line is an object with the members topic, headers and body. The topic may be a \
            pattern if the broker supports patterns: * stands for one token, > for the rest.
            """)

    @Argument(help: "The topic, or a pattern.")
    var topic: String

    @Option(help: "The queue: each event goes to one of its subscribers.")
    var queue: String?

    @Option(help: ArgumentHelp("End after this number of events.", valueName: "number"))
    var count: Int?

    @Option(help: "End after this time, such as 30s, with status 5 if --count was not reached.")
    var timeout: String?

    @Flag(name: [.short, .long], help: "Show topic and headers of each event.")
    var verbose = false

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func validate() throws {
        guard count.map({ $0 > 0 }) ?? true else { throw ValidationError("--count must be above zero.") }
        _ = try timeout.map { try TimeLimit.parse($0, option: "--timeout") }
    }

    func run() async throws {
        let limit = try timeout.map { try TimeLimit.parse($0, option: "--timeout") }
        let settings = try settings.resolved()
        guard let limit else { return try await receive(settings) }
        let timeoutError = CommandError("the time limit of \(timeout ?? "") has passed", status: .timeout)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receive(settings) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw timeoutError
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func receive(_ settings: Settings) async throws {
        try await settings.withBroker { broker in
            try await broker.withSubscription(to: topic, queue: queue) { deliveries in
                Console.standard.message("subscribed to \(topic) at \(broker)")
                var received = 0
                for await delivery in deliveries {
                    if delivery.droppedBefore > 0 {
                        Console.standard.message(
                            "\(delivery.droppedBefore) events were dropped: the output is too slow")
                    }
                    try write(delivery)
                    delivery.acknowledge()
                    received += 1
                    if received == count { return }
                }
                // A cancelled task ends the subscription, too.
                guard !Task.isCancelled else { return }
                throw CommandError("the subscription to \(topic) at \(broker) has ended", status: .unavailable)
            }
        }
    }

    private func write(_ delivery: Delivery) throws {
        let message = delivery.message
        guard !output.isJSON else {
            let headers = message.headers.map { "\(JSONText.quoted($0.name)):\(JSONText.quoted($0.value))" }
            return try Console.standard.json(
                text: """
                    {"topic":\(JSONText.quoted(delivery.topic)),"headers":{\(headers.joined(separator: ","))},\
                    "body":\(CallResponseText.json(of: message.body))}
                    """)
        }
        if verbose {
            try Console.standard.line(StyledText(delivery.topic, .bold))
            for header in message.headers { try Console.standard.line("  \(header.name): \(header.value)") }
        }
        try CallResponseText.write(message.body, .json)
    }
}
