// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Testing

/// `micro conformance transport`: what it shares with that of registries is tested there.
@Suite(.timeLimit(.minutes(2))) struct TransportCommandTests {
    @Test(arguments: ["memory", "http"]) func whatPassesIsASuccess(_ name: String) async throws {
        let answer = try await transport("--transport", name, "--run", "T0?,T1?")
        #expect(answer.status == 0, "\(answer.text)")
        #expect(answer.text.contains("T07"), "\(answer.text)")
    }

    @Test func whatMemoryCannotBePutToIsSaid() async throws {
        let answer = try await transport("--transport", "memory", "--run", "T34,T32")
        #expect(answer.text.contains("hook: passage") && answer.text.contains("hook: badPeers"), "\(answer.text)")
    }

    @Test(arguments: [
        (["--transport", "pigeon"], "no transport named \"pigeon\": choose one of "),
        (["--transport", "memory", "--run", "R*"], "no case is selected by --run R*"),
        (["--transport", "memory", "--transport-address", "127.0.0.1:1"], "leave out --transport-address"),
    ])
    func whatIsWrongIsSaid(_ arguments: [String], _ text: String) async throws {
        let answer = try await MicroTool.run(MicroTool.path, ["conformance", "transport"] + arguments)
        #expect(answer.status != 0)
        #expect(answer.text.contains(text), "\(answer.text)")
    }

    private func transport(_ arguments: String...) async throws -> MicroTool.Answer {
        try await MicroTool.run(MicroTool.path, ["conformance", "transport"] + arguments)
    }
}
