// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `micro conformance`
struct ConformanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance", abstract: "Runs the conformance suite against a live backend.",
        subcommands: [ConformanceRegistryCommand.self, ConformanceBrokerCommand.self, ConformanceTransportCommand.self])
}
