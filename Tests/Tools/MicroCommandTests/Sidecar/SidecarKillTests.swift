// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroNATS
import MicroRabbitMQ
import Synchronization
import TestServers
import TestSupport
import Testing

/// Kills `micro sidecar` while an app handles events of a broker that delivers at least once.
protocol SidecarKillTesting {
    /// The settings of the broker.
    func makeEnvironment() throws -> [String: String]
    /// Creates a client of the broker.
    func makeBroker() throws -> any Broker
}

extension SidecarKillTesting {
    /// Starts a sidecar that subscribes for an app, and waits until it has subscribed.
    private func startSidecar(_ topic: String, appPort: Int) async throws -> ChildProcess {
        let subscriptions = try TemporaryFile(#"[{"topic":"\#(topic)","path":"/jobs"}]"#)
        let sidecar = try ChildProcess(
            MicroTool.path,
            [
                "sidecar", "--address=127.0.0.1:0", "--server_name=shop", "--server_address=127.0.0.1:\(appPort)",
                "--app-protocol=http", "--subscriptions=\(subscriptions.path)",
            ], environment: try makeEnvironment())
        let hasSubscribed = await eventually { sidecar.text.contains("subscribed") }
        try #require(hasSubscribed, "\(sidecar.text)")
        return sidecar
    }

    /// Kills the sidecar while the app handles an event, publishes more, and starts another sidecar.
    func checkKillOfTheSidecar() async throws {
        let handled = Mutex<[String]>([])
        let isSlow = Mutex(true)
        let server = try ScriptedServer(responding: { request in
            guard request.method == "POST" else { return ScriptedResponse(text: "") }
            let text = String(decoding: request.body, as: UTF8.self)
            handled.withLock { $0.append(text) }
            while text == "100", isSlow.withLock(\.self) { Thread.sleep(forTimeInterval: 0.01) }
            return ScriptedResponse(text: "")
        })
        defer {
            isSlow.withLock { $0 = false }
            server.stop()
        }
        let topic = "jobs.\(UUID().uuidString)"
        let broker = try makeBroker()
        let first = try await startSidecar(topic, appPort: server.port)
        for number in 0..<200 { try await broker.publish(BrokerMessage(text: "\(number)"), to: topic) }
        #expect(await eventually(within: .seconds(30)) { handled.withLock { $0.contains("100") } }, "\(first.text)")
        await first.forceKill()
        isSlow.withLock { $0 = false }
        for number in 200..<400 { try await broker.publish(BrokerMessage(text: "\(number)"), to: topic) }
        #expect(handled.withLock(\.count) < 400)
        let second = try await startSidecar(topic, appPort: server.port)
        let expected = Set((0..<400).map { "\($0)" })
        // What the first sidecar had not acknowledged is delivered again, at the latest after the timeout of 30 s.
        let isComplete = await eventually(within: .seconds(120)) {
            let texts = handled.withLock(\.self)
            return Set(texts) == expected && texts.count { $0 == "100" } > 1
        }
        #expect(isComplete, "\(expected.subtracting(handled.withLock(\.self)).sorted()) \(second.text)")
        second.send(SIGTERM)
        #expect(await second.exitStatus() == 0, "\(second.text)")
        await broker.close(deadline: .now + .seconds(5))
    }
}

@Suite(.faultRun, .requiresLocalNATS, .nats, .blocking, .timeLimit(.minutes(5)))
struct SidecarKillOnJetStreamFaultTests: SidecarKillTesting {
    func makeEnvironment() throws -> [String: String] {
        let server = try #require(NATSServer.current)
        return ["MICRO_BROKER": "nats", "MICRO_BROKER_ADDRESS": server.address, "MICRO_BROKER_STREAM": "sidecar"]
    }

    func makeBroker() throws -> any Broker {
        var configuration = NATSConfiguration()
        configuration.address = try #require(NATSServer.current).address
        configuration.delivery = .atLeastOnce(stream: "sidecar")
        return try NATSBroker(configuration: configuration)
    }

    @Test func noEventIsLostWhenTheSidecarIsKilled() async throws { try await checkKillOfTheSidecar() }
}

@Suite(.faultRun, .requiresLocalRabbitMQ, .rabbitMQ, .blocking, .timeLimit(.minutes(5)))
struct SidecarKillOnRabbitMQFaultTests: SidecarKillTesting {
    func makeEnvironment() throws -> [String: String] {
        let server = try #require(RabbitMQServer.current)
        return [
            "MICRO_BROKER": "rabbitmq", "MICRO_BROKER_ADDRESS": server.url, "MICRO_BROKER_DELIVERY": "at-least-once",
        ]
    }

    func makeBroker() throws -> any Broker {
        var configuration = RabbitMQConfiguration()
        configuration.address = try #require(RabbitMQServer.current).url
        configuration.delivery = .atLeastOnce
        return try RabbitMQBroker(configuration: configuration)
    }

    @Test func noEventIsLostWhenTheSidecarIsKilled() async throws { try await checkKillOfTheSidecar() }
}
