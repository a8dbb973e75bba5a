// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Prints the CPU time of a process, in seconds.
struct CPUTime: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cpu-time", abstract: "Prints the CPU time of a process.")

    @Argument(help: "The process ID.")
    var process: Int32

    func run() throws { print(text(try cpuTime(of: process), 6)) }
}
