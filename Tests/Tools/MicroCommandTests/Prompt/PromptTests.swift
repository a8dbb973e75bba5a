// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

@testable import MicroCommand

@Suite struct PromptTests {
    @Test(arguments: [
        ("a  b", ["a", "b"], true), ("call x '{\"a\": 1}'", ["call", "x", "{\"a\": 1}"], true),
        ("\"a b\" c\\ d", ["a b", "c d"], true), ("'open", ["open"], false), ("\"a\\\"b\"", ["a\"b"], true),
        ("", [], true),
        ("''", [""], true),
        (#"call x {"a b": "}\" [1]"} y"#, ["call", "x", #"{"a b": "}\" [1]"}"#, "y"], true),
        (#"{"open"#, [#"{"open"#], false),
    ])
    func linesAreDividedAsInAShell(_ line: String, _ words: [String], _ isComplete: Bool) {
        let result = WordSplitter.split(line)
        #expect(result.words == words && result.isComplete == isComplete)
    }

    private func editor(_ keys: String, history: [String] = []) -> LineEditor {
        var editor = LineEditor(history: history)
        for byte in keys.utf8 { _ = editor.handle(byte) }
        return editor
    }

    private func edited(_ keys: String, history: [String] = []) -> (line: String, cursor: Int) {
        let editor = editor(keys, history: history)
        return (editor.line, editor.cursor)
    }

    @Test(arguments: [
        ("abc", "abc", 3), ("ab\u{1B}[Dc", "acb", 2), ("ab\u{1}c", "cab", 1), ("ab cd\u{17}", "ab ", 3),
        ("ab\u{7F}", "a", 1), ("é世", "é世", 2), ("ab\u{1}\u{1B}[3~", "b", 0), ("abc\u{2}\u{B}", "ab", 2),
        ("ab\u{1B}[Hx\u{1B}[Fy", "xaby", 4), ("a\u{1B}[99;99Zb", "ab", 2),
    ])
    func keysEditTheLine(_ keys: String, _ line: String, _ cursor: Int) {
        let result = edited(keys)
        #expect(result.line == line && result.cursor == cursor)
    }

    @Test(arguments: [
        ("abc", 10, "abc", 3), ("abcdef\u{2}\u{2}", 4, "abcd", 4), ("世界世界", 5, "世界", 4), ("世界\u{1}", 3, "世", 0),
        ("a\u{200B}b", 9, "\\u{200B}b", 9), ("a\u{200B}b", 8, "b", 1), ("xe\u{301}", 10, "xe\u{301}", 2),
    ])
    func lineThatIsTooWideIsShownAroundTheCursor(_ keys: String, _ columns: Int, _ text: String, _ column: Int) {
        let visible = editor(keys).visibleText(columns: columns)
        #expect(visible.text == text && visible.column == column)
    }

    @Test func arrowsShowEarlierLinesAndKeepTheNewOne() {
        let history = ["one", "two"]
        #expect(edited("x\u{1B}[A", history: history).line == "two")
        #expect(edited("x\u{1B}[A\u{1B}[A\u{1B}[A", history: history).line == "one")
        #expect(edited("x\u{1B}[A\u{1B}[B", history: history).line == "x")
    }

    @Test func historyIsKeptWithoutRepetitions() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("micro-\(UUID().uuidString)/history")
        defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        var history = PromptHistory(file: file)
        for line in ["a", "b", "b", " secret", ""] { history.add(line) }
        #expect(PromptHistory(file: file).lines == ["a", "b"])
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("help", 0), ("exit\\nunknown", 0), ("unknown\\nhelp", 3), ("micro unknown", 3), ("micro cli", 2),
            ("\'open", 2),
        ])
    func scriptEndsWithTheStatusOfTheLastFailure(_ lines: String, _ status: Int32) async throws {
        let result = try await MicroTool.run("/bin/sh", ["-c", "printf \"\(lines)\\n\" | \(MicroTool.path) cli"])
        #expect(result.status == status, "\(result.text)")
    }

    @Test(.timeLimit(.minutes(1))) func terminationEndsTheRunningCommand() async throws {
        let prompt = try ChildProcess(
            "/bin/bash", ["-c", "exec \"$0\" cli <<< \"subscribe some.topic\"", MicroTool.path],
            environment: ["MICRO_BROKER": "memory"])
        #expect(await eventually { prompt.text.contains("subscribed to") }, "\(prompt.text)")
        prompt.send(SIGTERM)
        // A command that does not end is killed after some seconds, with the status 143.
        #expect(await prompt.exitStatus() == 0, "\(prompt.text)")
    }

    @Test(arguments: [
        ("de", ["describe"]), ("call gr", ["greeter"]), ("call greeter ", ["Greeter.Bye", "Greeter.Hello"]),
        ("greeter Greeter.H", ["Greeter.Hello"]), ("get ", ["greeter", "service", "store"]),
        ("get service st", ["store"]),
        ("services --registry-a", ["--registry-address"]), ("bench call gr", ["greeter"]),
        ("call greeter Greeter.Hello ", []),
    ])
    func completionOffersCommandsServicesAndEndpoints(_ head: String, _ expected: [String]) async {
        let completion = PromptCompletion(
            commands: ["call", "describe", "get", "services"], services: { ["greeter", "store"] },
            endpoints: { $0 == "greeter" ? ["Greeter.Hello", "Greeter.Bye"] : [] })
        #expect(await completion.candidates(for: head).candidates == expected)
    }
}
