// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// Starts a program of the example as a child process.
private func start(_ program: String, _ arguments: String..., environment: [String: String] = [:]) throws
    -> ChildProcess
{
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return try ChildProcess(folder.appendingPathComponent(program).path, arguments, environment: environment)
}

@Suite(.startsServers, .timeLimit(.minutes(2))) struct EventsTests {
    @Test func demoPrintsExpectedOutput() async throws {
        let demo = try start("events-demo")
        #expect(await demo.exitStatus() == 0)
        for line in ["mailers that subscribe to user.created", "1 John by", "3 世界 by", "attempt 2", "6 Eve by"] {
            #expect(demo.text.contains(line), "\(demo.text)")
        }
        #expect(demo.text.split(separator: "\n").count { $0.contains("attempt 1") } == 5, "\(demo.text)")
    }

    @Test func unknownBrokerIsReported() async throws {
        let publisher = try start("events-publisher", environment: ["MICRO_BROKER": "pigeon"])
        #expect(await publisher.exitStatus() == 1)
        #expect(
            publisher.text.contains("MICRO_BROKER=pigeon is not linked into this program: choose one of http, memory"),
            "\(publisher.text)"
        )
    }
}

/// Several processes with the HTTP broker, which share only a registry.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(2))) struct EventsOnConsulTests {
    @Test func queueMembersShareEventsAndOtherQueueReceivesAll() async throws {
        let consul = try #require(ConsulServer.current)
        try await expectEachOnce(["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address])
        #expect(
            try await eventually {
                try await !consul.request("/v1/health/service/topic:user.created").text.contains("broker-")
            })
    }
}

/// Several processes with NATS, without a registry.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(2))) struct EventsOnNATSTests {
    @Test(arguments: [[:], ["MICRO_BROKER_STREAM": "EVENTS-OF-TESTS"]])
    func queueMembersShareEventsAndOtherQueueReceivesAll(_ delivery: [String: String]) async throws {
        let nats = try #require(NATSServer.current)
        let environment = ["MICRO_BROKER": "nats", "MICRO_BROKER_ADDRESS": nats.url]
        try await expectEachOnce(environment.merging(delivery) { $1 })
    }
}

/// Several processes with RabbitMQ, without a registry.
@Suite(.requiresRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(2))) struct EventsOnRabbitMQTests {
    @Test(arguments: [[:], ["MICRO_BROKER_DELIVERY": "at-least-once", "RABBITMQ_EXCHANGE": "events-of-tests"]])
    func queueMembersShareEventsAndOtherQueueReceivesAll(_ delivery: [String: String]) async throws {
        let server = try #require(RabbitMQServer.current)
        let environment = ["MICRO_BROKER": "rabbitmq", "MICRO_BROKER_ADDRESS": server.url]
        try await expectEachOnce(environment.merging(delivery) { $1 })
    }
}

/// Runs two subscribers of one queue, one of another queue, and a publisher of 40 events.
private func expectEachOnce(_ environment: [String: String]) async throws {
    let subscribers = [
        try start("events-subscriber", environment: environment),
        try start("events-subscriber", environment: environment),
        try start("events-subscriber", "--queue", "audits", environment: environment),
    ]
    #expect(await eventually { subscribers.allSatisfy { $0.text.contains(" service registered") } })
    let publisher = try start("events-publisher", "--count", "40", "--interval", "0", environment: environment)
    #expect(await publisher.exitStatus() == 0, "\(publisher.text)")
    #expect(publisher.text.contains("40 published, 0 failed"), "\(publisher.text)")

    func welcomed(_ children: ChildProcess...) -> [Int] {
        let lines = children.flatMap { $0.text.split(separator: "\n") }
        return lines.compactMap { $0.wholeMatch(of: /\w+: welcome John, number (\d+)/).flatMap { Int($0.1) } }
            .sorted()
    }
    let expected = Array(1...40)
    #expect(
        await eventually {
            welcomed(subscribers[0], subscribers[1]).count >= 40 && welcomed(subscribers[2]).count >= 40
        })
    #expect(welcomed(subscribers[0], subscribers[1]) == expected && welcomed(subscribers[2]) == expected)
    #expect(!welcomed(subscribers[0]).isEmpty && !welcomed(subscribers[1]).isEmpty)

    for subscriber in subscribers { subscriber.send(SIGTERM) }
    for subscriber in subscribers { #expect(await subscriber.exitStatus() == 0, "\(subscriber.text)") }
}
