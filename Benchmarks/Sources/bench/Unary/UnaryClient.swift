// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro

/// Calls a `unary-server` and prints one line: `KIND CALLERS CALLS/S P50-MS P99-MS CLIENT-CPU-µS SERVER-CPU-µS`.
struct UnaryClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures unary calls.")

    @Option(help: "The kind of client.")
    var kind: Kind

    @Option(help: "The address of the server, HOST:PORT.")
    var address: String

    @Option(help: "The process ID of the server.")
    var server: Int32

    @OptionGroup var load: LoadGenerator

    func run() async throws { try await measure(kind.echo) }

    private func measure(_ type: (some Echo).Type) async throws {
        let echo = try await type.init(calling: try Address(parsing: address), callers: load.callers)
        try await load.measure(kind.rawValue, includingCPUTimeOf: [server], at: echo.runCaller, echo.call)
        await echo.close()
    }
}
