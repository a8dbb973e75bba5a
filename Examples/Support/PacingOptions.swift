// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser

/// The number of operations of a program, and the interval between them.
public struct PacingOptions: ParsableArguments {
    /// The number of operations.
    @Option(help: "The number of calls or events.")
    public var count = 10

    /// The interval between the starts of two operations, in seconds.
    @Option(help: "The interval between the starts of consecutive calls or events, in seconds.")
    public var interval = 0.5

    /// Creates the options with their defaults.
    public init() {}

    /// Checks the bounds of both options.
    public func validate() throws {
        guard (1...1_000_000_000).contains(count) else {
            throw ValidationError("--count must be within 1…1000000000.")
        }
        guard (0...3600).contains(interval) else { throw ValidationError("--interval must be within 0…3600.") }
    }
}
