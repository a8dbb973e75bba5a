// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// The commands that draw on a terminal, driven through a pseudo-terminal.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(3))) struct TerminalTests {
    private func system() async throws -> TestSystem {
        let consul = try #require(ConsulServer.current)
        return try await TestSystem.start([
            "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address,
            "MICRO_SERVER_ADDRESS": "127.0.0.1:0",
        ])
    }

    private func terminal(_ system: TestSystem, _ arguments: String...) throws -> TerminalProcess {
        try TerminalProcess(MicroTool.path, arguments, environment: system.environment)
    }

    @Test func promptCompletesRunsAndRemembersCommands() async throws {
        let system = try await system()
        let prompt = try terminal(system, "cli")
        #expect(await prompt.shows("micro> "))
        prompt.type("desc\t")
        #expect(await prompt.shows("micro> describe "), "\(prompt.text)")
        prompt.type("gre\t")
        #expect(await prompt.shows("micro> describe greeter "), "\(prompt.text)")
        prompt.type("\r")
        #expect(await prompt.shows("micro call greeter Greeter.Hello"), "\(prompt.text)")
        prompt.type("call  greeter Greeter.H\t'{\"name\":\"A  B\"}'\r")
        #expect(await prompt.shows("Hello A  B"), "\(prompt.text)")
        // The first line, by the history.
        prompt.type("\u{1B}[A\u{1B}[A\u{3}")
        #expect(await prompt.shows("^C"), "\(prompt.text)")
        prompt.type("get greeter\r")
        #expect(await prompt.shows("Endpoint: Greeter.Hello"), "\(prompt.text)")
        prompt.type("nope\r")
        let problem = "neither a command nor a registered service"
        #expect(
            await eventually {
                prompt.text.components(separatedBy: problem).dropFirst().last?.contains("micro> ") == true
            },
            "\(prompt.text)")
        prompt.type("\u{4}")
        #expect(await prompt.exitStatus() == 0)
        let again = try terminal(system, "cli")
        #expect(await again.shows("micro> "))
        again.type("\u{1B}[A\u{1B}[A")
        #expect(await again.shows("micro> get greeter"), "\(again.text)")
        again.type("\u{15}exit\r")
        #expect(await again.exitStatus() == 0)
        await system.end()
    }

    @Test func interruptEndsOnlyTheCommandOfThePrompt() async throws {
        let system = try await system()
        let prompt = try terminal(system, "cli")
        #expect(await prompt.shows("micro> "))
        prompt.type("watch\r")
        #expect(await prompt.shows(" greeter 1.1 "), "\(prompt.text)")
        prompt.send(SIGINT)
        prompt.type("list\r")
        #expect(await prompt.shows("\ngreeter\r\n"), "\(prompt.text)")
        prompt.type("quit\r")
        #expect(await prompt.exitStatus() == 0)
        await system.end()
    }

    @Test func commandThatReadsInputLosesNoneAfterAnInterrupt() async throws {
        let system = try await system()
        let prompt = try terminal(system, "cli")
        #expect(await prompt.shows("micro> "))
        prompt.type("call greeter Greeter.Hello -\r")
        #expect(await prompt.shows("ends the input"), "\(prompt.text)")
        prompt.send(SIGINT)
        #expect(
            await eventually {
                prompt.text.components(separatedBy: "ends the input").last?.contains("micro> ") == true
            })
        prompt.type("list\r")
        #expect(await prompt.shows("\ngreeter\r\n"), "\(prompt.text)")
        prompt.type("quit\r")
        #expect(await prompt.exitStatus() == 0)
        await system.end()
    }

    /// The terminal sends the signal to the process, as in a terminal window.
    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/setsid"), "setsid is not installed"),
        arguments: [["top", "--interval", "300ms"], ["watch"], ["subscribe", "some.topic"]])
    func typedInterruptEndsTheCommandAndRestoresTheTerminal(_ command: [String]) async throws {
        let system = try await system()
        // It makes the terminal the controlling one, which turns Ctrl-C into a signal.
        let process = try TerminalProcess(
            "/usr/bin/setsid", ["--ctty", "--wait", MicroTool.path] + command, environment: system.environment)
        #expect(await process.shows(command[0] == "subscribe" ? "subscribed to" : "greeter"), "\(process.text)")
        process.type("\u{3}")
        let status = await process.exitStatus()
        #expect(status == 0 || status == 130, "\(process.text)")
        if command[0] == "top" {
            #expect(await eventually { process.text.hasSuffix("\u{1B}[?25h\u{1B}[?1049l") }, "\(process.text)")
        }
        await system.end()
    }

    @Test func topShowsServicesAndSorts() async throws {
        let system = try await system()
        for _ in 0..<3 { _ = try await system.micro("greeter", "hello", "--name=A") }
        let top = try terminal(system, "top", "--interval", "300ms")
        #expect(await top.shows("IN FLIGHT"), "\(top.text)")
        #expect(await top.shows("greeter  2"), "\(top.text)")
        top.type("n")
        #expect(await top.shows("sorted by name"), "\(top.text)")
        top.type("q")
        #expect(await top.exitStatus() == 0)
        #expect(await eventually { top.text.hasSuffix("\u{1B}[?25h\u{1B}[?1049l") }, "the screen is restored")
        let once = try await system.micro("top", "--once", "--interval", "200ms", "--output", "json")
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(once.text.utf8)) as? [[String: Any]])
        #expect(rows.first?["service"] as? String == "greeter" && rows.first?["reporting"] as? Int == 2, "\(once.text)")
        await system.end()
    }

    @Test func tablesAreAlignedAndColoredOnATerminalOnly() async throws {
        let system = try await system()
        let services = try terminal(system, "services")
        #expect(await services.exitStatus() == 0)
        #expect(await services.shows("\u{1B}[1mNAME\u{1B}[0m     \u{1B}[1mVERSIONS\u{1B}[0m"), "\(services.text)")
        let plain = try TerminalProcess(
            MicroTool.path, ["services"], environment: system.environment.merging(["NO_COLOR": "1"]) { $1 })
        #expect(await plain.exitStatus() == 0)
        #expect(await plain.shows("NAME     VERSIONS  NODES  ENDPOINTS"), "\(plain.text)")
        await system.end()
    }
}
