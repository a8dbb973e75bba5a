// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// The loop of `micro cli`: reads lines and runs them as commands.
struct PromptSession {
    private static let prompt = "micro> "

    /// The settings of the prompt, by environment variable.
    let options: [String: String]

    // MARK: Lines of a pipe

    /// Runs the lines of the standard input, which is not a terminal.
    ///
    /// - Throws: `ExitCode` with the status of the last command that failed.
    func runLines() async throws {
        var failure: Int32?
        for try await line in StandardInput.lines {
            guard let status = await run(String(decoding: line, as: UTF8.self)) else { break }
            if status != ExitStatus.succeeded.rawValue { failure = status }
        }
        if let failure { throw ExitCode(failure) }
    }

    // MARK: Terminal

    /// Shows the prompt until the user ends it.
    func runInteractively() async throws {
        var history = PromptHistory()
        let input = KeyInput()
        while !Task.isCancelled {
            guard let line = try await readLine(history.lines, input) else { break }
            history.add(line)
            guard await run(line) != nil else { return }
        }
        try Console.standard.write("\n")
    }

    /// Edits a line in raw mode.
    ///
    /// - Returns: The line; nil at the end of the input.
    private func readLine(_ history: [String], _ input: KeyInput) async throws -> String? {
        let terminal = RawTerminal(keepsSignals: false)
        defer { withExtendedLifetime(terminal) {} }
        var editor = LineEditor(history: history)
        try draw(editor)
        while let byte = await input.next() {
            switch editor.handle(byte) {
            case .none: break
            case .submit:
                try Console.standard.write("\r\n")
                return editor.line
            case .interrupt:
                try Console.standard.write("^C\r\n")
                editor = LineEditor(history: history)
            case .endOfInput: return nil
            case .clearScreen: try Console.standard.write("\u{1B}[H\u{1B}[J")
            case .complete: try await complete(&editor)
            }
            try draw(editor)
        }
        return nil
    }

    /// Draws the line again. A line that is wider than the terminal is shown around the cursor.
    private func draw(_ editor: LineEditor) throws {
        let (text, column) = editor.visibleText(
            columns: max(10, Console.standard.size.columns - Self.prompt.count - 1))
        try Console.standard.write(
            "\r\u{1B}[K\(Self.prompt)\(text)\r\u{1B}[\(Self.prompt.count + column)C")
    }

    private func complete(_ editor: inout LineEditor) async throws {
        let completion = PromptCompletion(
            commands: MicroTool.shownCommandNames + ["exit", "quit"],
            services: { [options] in await Completion.serviceNames(options) },
            endpoints: { [options] in await Completion.endpointNames(of: $0, options) })
        let (word, candidates) = await completion.candidates(for: editor.head)
        guard !candidates.isEmpty else { return }
        let prefix = candidates.count == 1 ? candidates[0] + " " : PromptCompletion.commonPrefix(of: candidates)
        if prefix.count > word.count {
            editor.replaceHead(with: String(editor.head.dropLast(word.count)) + prefix)
        } else {
            try Console.standard.write("\r\n")
            try Console.standard.write(
                candidates.map { TerminalText.escaped($0) }.joined(separator: "  ") + "\r\n")
        }
    }

    // MARK: Commands

    /// Runs a line.
    ///
    /// - Returns: The exit status of the command; nil if the prompt ends.
    private func run(_ line: String) async -> Int32? {
        var (words, isComplete) = WordSplitter.split(line)
        if words.first == "micro" { words.removeFirst() }
        guard let first = words.first else { return ExitStatus.succeeded.rawValue }
        guard isComplete else { return refuse("a quote is not closed") }
        let status: Int32
        switch first {
        case "exit", "quit": return nil
        case "help", "?": status = await CommandRunner.run(["help"] + words.dropFirst())
        case "cli": status = refuse("this is the prompt already")
        case "ls": status = await runInterruptibly(["list"] + words.dropFirst())
        default: status = await runInterruptibly(words)
        }
        return Task.isCancelled ? nil : status
    }

    private func refuse(_ problem: String) -> Int32 {
        Console.standard.message("Error: \(problem)")
        return ExitStatus.usage.rawValue
    }

    /// Runs a command, which Ctrl-C ends without ending the prompt.
    ///
    /// - Returns: Its exit status.
    private func runInterruptibly(_ words: [String]) async -> Int32 {
        // Settings of the prompt, unless the line has its own.
        let given = SettingsExtraction.extract(from: words).options
        let settings = options.filter { given[$0.key] == nil }.flatMap { variable, value -> [String] in
            guard let name = SettingName.allCases.first(where: { $0.variable == variable }) else { return [] }
            return ["--\(name.rawValue)", value]
        }
        let command = Task { await CommandRunner.run(settings + words) }
        return await withTaskCancellationHandler {
            await Interruption.handlingInterrupts(by: { command.cancel() }, during: { _ = await command.value })
            return await command.value
        } onCancel: {
            // The prompt itself ends, such as by SIGTERM.
            command.cancel()
        }
    }
}

/// The bytes of the terminal, read one at a time.
final class KeyInput {
    private var bytes: [UInt8] = []

    /// Waits for the next byte; nil at the end of the input, and once the task is cancelled.
    func next() async -> UInt8? {
        while bytes.isEmpty {
            guard !Task.isCancelled else { return nil }
            var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            if poll(&descriptor, 1, 0) <= 0 {
                // Woken by cancellation. The delay between two keystrokes is not noticeable.
                try? await Task.sleep(for: .milliseconds(10))
                continue
            }
            var buffer = [UInt8](repeating: 0, count: 1024)
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            bytes = Array(buffer[..<count])
        }
        return bytes.removeFirst()
    }
}
