// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// The completion scripts, in the shells that they are for.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(3))) struct ShellCompletionTests {
    /// A shell of this machine.
    private enum Shell: String {
        case bash, zsh, fish

        var path: String? {
            ["/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map { "\($0)/\(rawValue)" }
                .first(where: FileManager.default.isExecutableFile)
        }
    }

    private static let prompt = "]> "
    private static let hasSetsid = FileManager.default.isExecutableFile(atPath: "/usr/bin/setsid")

    /// Runs a body with a greeter, and with the folder of the completion script, which has the file name of the shell.
    private func withScript(
        _ shell: Shell, _ body: (_ shell: String, _ file: String, [String: String]) async throws -> Void
    ) async throws {
        let consul = try #require(ConsulServer.current)
        let system = try await TestSystem.start(
            greeters: 1,
            [
                "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address,
                "MICRO_SERVER_ADDRESS": "127.0.0.1:0",
            ])
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("shell-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = try await system.micro("completion", shell.rawValue)
        #expect(script.status == 0, "\(script.text.prefix(500))")
        let file = folder.appendingPathComponent("_micro")
        try Data(script.text.utf8).write(to: file)
        let programs = URL(fileURLWithPath: MicroTool.path).deletingLastPathComponent().path
        let path = "\(programs):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        let environment = system.environment.merging(["PATH": path, "HOME": folder.path, "NO_COLOR": "1"]) { $1 }
        try await body(try #require(shell.path), file.path, environment)
        await system.end()
    }

    /// Types commands with the tab key, and expects the output of the completed ones.
    private func expectCompletions(in terminal: TerminalProcess, after script: String) async {
        for (line, output) in [
            (script, "ready"), ("micro describe gre\t", "micro call greeter Greeter.Hello '"),
            ("micro call greeter Greeter.H\t '{\"name\":\"Zoe\"}'", "Hello Zoe"),
            ("micro subsc\t --help", "USAGE: micro subscribe"), ("micro gre\tGreeter.H\t--name=Ada", "Hello Ada"),
            ("micro doctor --registry cons\t", "consul (option)"),
        ] {
            terminal.type("\(line)\r")
            // Keys that are typed before the prompt is back would not be completed.
            let isDone = await eventually(within: .seconds(20)) {
                terminal.text.components(separatedBy: output).dropFirst().last?.contains(Self.prompt) == true
            }
            #expect(isDone, "\(terminal.text)")
        }
        terminal.type("exit\r")
        #expect(await terminal.exitStatus() != nil)
    }

    @Test(.enabled(if: Shell.bash.path != nil, "bash is not installed")) func bashCompletesNames() async throws {
        try await withScript(.bash) { shell, file, environment in
            let terminal = try TerminalProcess(shell, ["--norc", "--noprofile", "-i"], environment: environment)
            await expectCompletions(
                in: terminal, after: "PS1='\(Self.prompt)'; source \(file); echo rea''dy")
        }
    }

    @Test(.enabled(if: Shell.zsh.path != nil, "zsh is not installed")) func zshCompletesNames() async throws {
        try await withScript(.zsh) { shell, file, environment in
            let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
            let terminal = try TerminalProcess(shell, ["-f", "-i"], environment: environment)
            await expectCompletions(
                in: terminal,
                after: "PS1='\(Self.prompt)'; fpath=(\(folder) $fpath); autoload -Uz compinit; "
                    + "compinit -u -d \(folder)/d; echo rea''dy")
        }
    }

    @Test(.enabled(if: Shell.fish.path != nil && hasSetsid, "fish or setsid is not installed"))
    func fishCompletesNames() async throws {
        try await withScript(.fish) { shell, file, environment in
            // Unlike the others, it needs a controlling terminal: setsid of util-linux.
            let terminal = try TerminalProcess(
                "/usr/bin/setsid", ["--ctty", "--wait", shell, "--no-config", "-i"], environment: environment)
            await expectCompletions(
                in: terminal,
                after: "function fish_prompt; echo '\(Self.prompt)'; end; source \(file); echo rea''dy")
        }
    }
}
