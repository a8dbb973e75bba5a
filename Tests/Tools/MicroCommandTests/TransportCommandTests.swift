// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestServers
import Testing

/// `micro conformance transport`, except for the options that all kinds of adapters share.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct TransportCommandTests {
    @Test(arguments: ["memory", "http"]) func passingCasesExitWithZero(_ name: String) async throws {
        let result = try await transport("--transport", name, "--run", "T0?,T1?")
        #expect(result.status == 0, "\(result.text)")
        #expect(result.text.contains("T07"), "\(result.text)")
    }

    @Test func missingHarnessHooksAreReported() async throws {
        let result = try await transport("--transport", "memory", "--run", "T34,T32")
        #expect(result.text.contains("`networkPath`") && result.text.contains("`badPeers`"), "\(result.text)")
    }

    @Test(arguments: [
        (["--transport", "pigeon"], "no transport named \"pigeon\": choose one of "),
        (["--transport", "memory", "--run", "R*"], "no case is selected by --run R*"),
        (["--transport", "memory", "--transport-address", "127.0.0.1:1"], "omit --transport-address"),
    ])
    func invalidOptionsAreReported(_ arguments: [String], _ text: String) async throws {
        let result = try await MicroTool.run(MicroTool.path, ["conformance", "transport"] + arguments)
        #expect(result.status != 0)
        #expect(result.text.contains(text), "\(result.text)")
    }

    private func transport(_ arguments: String...) async throws -> MicroTool.CommandResult {
        try await MicroTool.run(MicroTool.path, ["conformance", "transport"] + arguments)
    }
}
