// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport

/// Runs the greeter's programs as child processes.
enum Greeter {
    /// Starts a program.
    static func start(_ program: String, _ arguments: String..., environment: [String: String] = [:]) throws
        -> ChildProcess
    {
        try ChildProcess(path(of: program), arguments, environment: environment)
    }

    /// Starts a server and waits until it is ready.
    static func serve(_ arguments: String..., environment: [String: String]) async throws -> ChildProcess {
        let server = try ChildProcess(path(of: "greeter-server"), arguments, environment: environment)
        guard await eventually(within: .seconds(20), { server.text.contains(" service registered") }) else {
            throw TestServerError(description: "greeter-server does not serve: \(server.text)")
        }
        return server
    }

    /// The path of a program, which is in the directory of the test program.
    static func path(of program: String) -> String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(program).path
    }
}

extension ChildProcess {
    /// Whether the client reported a response from the server.
    func wasAnswered(by server: ChildProcess) -> Bool { text.contains("answered by process \(server.id)") }

    /// The last line of a client's output.
    var lastLine: String { text.split(separator: "\n").last.map(String.init) ?? "" }
}
