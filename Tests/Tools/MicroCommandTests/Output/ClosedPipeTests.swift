// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// Commands without an end whose output is read by `head`.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(2))) struct ClosedPipeTests {
    /// Starts a command whose first line is read.
    private func head(_ command: String, _ system: TestSystem) throws -> ChildProcess {
        let script = #"\#(MicroTool.path) \#(command) | head -n 1; echo "status ${PIPESTATUS[0]}""#
        return try ChildProcess("/bin/bash", ["-c", script], environment: system.environment)
    }

    private func system() async throws -> TestSystem {
        let consul = try #require(ConsulServer.current)
        return try await TestSystem.start(
            greeters: 0, ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address])
    }

    @Test func watchEndsWithTheNextChange() async throws {
        let system = try await system()
        let watch = try head("watch piped", system)
        var port = 1
        let hasEnded = try await eventually {
            port += 1
            let record = #"{"name":"piped","version":"1","nodes":[{"id":"p-1","address":"127.0.0.1","port":\#(port)}]}"#
            _ = try await system.micro("register", "service", "--once", record)
            return !watch.isRunning
        }
        _ = try await system.micro(
            "deregister", "service", #"{"name":"piped","version":"1","nodes":[{"id":"p-1","address":"127.0.0.1"}]}"#)
        #expect(hasEnded && watch.text.hasSuffix("status 0\n"), "\(watch.text)")
        #expect(!watch.text.contains("Error") && watch.text.contains("create piped 1 p-1"), "\(watch.text)")
    }

    @Test func subscribeEndsWithTheNextEvent() async throws {
        let system = try await system()
        let subscriber = try head("subscribe piped.event -o json", system)
        #expect(await eventually { subscriber.text.contains("subscribed to") }, "\(subscriber.text)")
        let hasEnded = try await eventually {
            _ = try await system.micro("publish", "piped.event", #"{"n":1}"#)
            return !subscriber.isRunning
        }
        #expect(hasEnded && subscriber.text.hasSuffix("status 0\n"), "\(subscriber.text)")
        #expect(
            !subscriber.text.contains("Error") && subscriber.text.contains(#""body":{"n":1}"#), "\(subscriber.text)")
    }
}
