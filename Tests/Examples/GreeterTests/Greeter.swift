// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport

/// The greeter's programs, run as a user runs them.
enum Greeter {
    /// Starts one of them.
    static func start(_ program: String, _ arguments: String..., environment: [String: String] = [:]) throws
        -> ChildProcess
    {
        try ChildProcess(path(of: program), arguments, environment: environment)
    }

    /// Starts a server and waits until it serves.
    static func serve(_ arguments: String..., environment: [String: String]) async throws -> ChildProcess {
        let server = try ChildProcess(path(of: "greeter-server"), arguments, environment: environment)
        guard await eventually(within: .seconds(20), { server.text.contains(" serving") }) else {
            throw TestServerError(description: "greeter-server does not serve: \(server.text)")
        }
        return server
    }

    /// Beside the program of the tests.
    private static func path(of program: String) -> String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(program).path
    }
}

extension ChildProcess {
    /// Whether a client has told that a server answered it.
    func wasAnswered(by server: ChildProcess) -> Bool { text.contains("answered by process \(server.id)") }

    /// The line that a client ends with.
    var lastLine: String { text.split(separator: "\n").last.map(String.init) ?? "" }
}
