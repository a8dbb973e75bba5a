// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Prints how much CPU time a process has used, in seconds.
struct CPUTime: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cpu-time", abstract: "Prints the CPU time of a process.")

    @Argument(help: "The process.")
    var process: Int32

    func run() throws { print(text(try cpuTime(of: process), 6)) }
}
