// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro

/// Answers until the process is ended; its address is the first line that it prints.
struct UnaryServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Answers the calls of unary-client.")

    @Option(help: "How it is called.")
    var kind: Kind

    func run() async throws { try await kind.echo.serve(announce) }
}

/// Reports the listening address to the parent process.
@Sendable
func announce(_ address: Address) { FileHandle.standardOutput.write(Data("\(address)\n".utf8)) }
