// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `micro conformance`
struct Conformance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts an adapter to the cases of its contract, on a live backend.",
        subcommands: [ConformanceRegistryCommand.self, ConformanceBrokerCommand.self, ConformanceTransportCommand.self])
}
