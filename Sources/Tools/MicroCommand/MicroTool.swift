// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command `micro`.
@main
struct MicroTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "micro", abstract: "The command line of swift-micro.", subcommands: [ConformanceCommand.self])
}
