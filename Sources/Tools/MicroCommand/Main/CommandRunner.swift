// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore

/// Parses a command line, runs the command, and reports its error.
enum CommandRunner {
    /// Runs one command.
    ///
    /// - Parameter arguments: The arguments without the name of the program.
    /// - Returns: The exit status.
    static func run(_ arguments: [String]) async -> Int32 {
        do {
            if arguments.first == "help" { try checkCommandNames(arguments.dropFirst()) }
            var command = try await MicroTool.asyncParseAsRoot(ArgumentNormalizer.normalized(arguments))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return ExitStatus.succeeded.rawValue
        } catch {
            return report(error)
        }
    }

    /// Checks the words after `help`: the argument parser shows the help of `micro` for an unknown command.
    ///
    /// - Throws: ``CommandError``.
    private static func checkCommandNames(_ words: ArraySlice<String>) throws {
        var command: any ParsableCommand.Type = MicroTool.self
        for word in words where !word.hasPrefix("-") {
            let next = command.configuration.subcommands.first {
                $0._commandName == word || $0.configuration.aliases.contains(word)
            }
            guard let next else {
                throw CommandError("there is no command \(word): micro --help lists all commands", status: .usage)
            }
            command = next
        }
    }

    /// Writes the message of an error, in one line unless it is about the command line.
    ///
    /// - Returns: The exit status.
    private static func report(_ error: any Error) -> Int32 {
        switch error {
        case is Console.OutputClosed: return ExitStatus.succeeded.rawValue
        case is CancellationError: return ExitStatus.interrupted.rawValue
        case let error as MicroError: return fail("Error: \(error)", ExitStatus(error))
        case let error as CommandError: return fail("\(error.isPlain ? "" : "Error: ")\(error)", error.status)
        default: return reportParsing(error)
        }
    }

    private static func fail(_ message: String, _ status: ExitStatus) -> Int32 {
        Console.standard.message(message)
        return status.rawValue
    }

    /// Reports help requests and errors of the command line.
    private static func reportParsing(_ error: any Error) -> Int32 {
        let code = MicroTool.exitCode(for: error)
        let text = MicroTool.fullMessage(for: error)
        guard code.isSuccess else {
            if !text.isEmpty { StandardError.print(text) }
            return code == .validationFailure ? ExitStatus.usage.rawValue : code.rawValue
        }
        do { if !text.isEmpty { try Console.standard.write(text + "\n") } } catch { return report(error) }
        return ExitStatus.succeeded.rawValue
    }
}
