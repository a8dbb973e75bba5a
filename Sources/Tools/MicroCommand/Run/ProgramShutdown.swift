// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Stops the programs of `micro run`.
enum ProgramShutdown {
    /// How long all programs together may take to stop before they are killed. It is shorter than
    /// ``Interruption/cleanUpLimit``.
    static let timeout = Duration.seconds(6)

    /// Stops programs with SIGTERM, in the reverse order of their start.
    ///
    /// A program gets the signal when the one before it has stopped, or has used up its share of the time. Programs that still run
    /// at the end of the time are killed.
    static func stop(_ programs: [WatchedProgram]) async {
        // A task of its own, so that the wait is not cut short when the command is interrupted.
        await Task {
            let end = ContinuousClock.now + timeout
            let programs = Array(programs.reversed())
            for (index, program) in programs.enumerated() {
                program.requestStop()
                await program.waitForStop(until: .now + (end - .now) / (programs.count - index))
            }
            for program in programs {
                await program.waitForStop(until: end)
                await program.forceStop(after: timeout)
            }
        }.value
    }
}
