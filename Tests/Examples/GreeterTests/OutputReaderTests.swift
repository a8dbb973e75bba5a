// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// The reader of a program's output closes the pipe, as `head` does.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct OutputReaderTests {
    @Test func clientExitsWhenStandardOutputIsClosed() async throws {
        // The calls would take more than an hour.
        let client = try ChildProcess(
            readingFirstLineOf: STDOUT_FILENO, of: Greeter.path(of: "greeter-client"),
            ["--count", "100000", "--interval", "0.05"], environment: ["MICRO_REGISTRY": "memory"])
        #expect(await client.exitStatus(within: .seconds(30)) == 1, "\(client.text)")
        #expect(client.text.hasPrefix("failed: notFound"), "\(client.text)")
    }

    @Test(arguments: ["greeter-demo", "events-demo"])
    func demoDoesNotCrashWithoutReader(_ program: String) async throws {
        let demo = try ChildProcess(readingFirstLineOf: STDOUT_FILENO, of: Greeter.path(of: program), [])
        let status = await demo.exitStatus()
        #expect(status == 0 || status == SIGPIPE, "\(String(describing: status))")
    }
}

@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(2))) struct OutputReaderOnNATSTests {
    @Test func subscriberShutsDownWhenStandardOutputIsClosed() async throws {
        let nats = try #require(NATSServer.current)
        let environment = ["MICRO_BROKER": "nats", "MICRO_BROKER_ADDRESS": nats.url]
        let subscriber = try ChildProcess(
            readingFirstLineOf: STDOUT_FILENO, of: Greeter.path(of: "events-subscriber"), [], environment: environment)
        let publisher = try Greeter.start(
            "events-publisher", "--count", "1000", "--interval", "0.05", environment: environment)
        #expect(await subscriber.exitStatus(within: .seconds(30)) == 0, "\(subscriber.text)")
        #expect(subscriber.text.hasPrefix("mails: welcome John"), "\(subscriber.text)")
        await publisher.forceKill()
    }

    /// Nothing but the service itself ignores SIGPIPE here: SwiftNIO, which does, is not used.
    @Test func serviceServesWithoutReaderOfItsLog() async throws {
        let nats = try #require(NATSServer.current)
        let server = try ChildProcess(
            readingFirstLineOf: STDERR_FILENO, of: Greeter.path(of: "greeter-server"), [],
            environment: [
                "MICRO_REGISTRY": "memory", "MICRO_TRANSPORT": "nats", "MICRO_TRANSPORT_ADDRESS": nats.url,
                "MICRO_SERVER_ADDRESS": "greeter-\(UUID().uuidString)",
            ])
        #expect(await eventually { !server.text.isEmpty })
        // The shutdown writes log entries.
        #expect(await always(during: .milliseconds(500)) { server.isRunning })
        server.send(SIGTERM)
        #expect(await server.exitStatus() == 0, "\(server.text)")
    }
}
