// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import Synchronization

/// The processes that this command starts, which must not outlive it.
enum OwnedProcesses {
    /// The processes; nil once they have been killed.
    private static let processes = Mutex<[Process]?>([])

    /// Starts a process.
    ///
    /// - Throws: Foundation's error for a program that cannot be started; `CancellationError` after ``killAll()``.
    static func start(_ process: Process) throws {
        try processes.withLock { processes in
            guard let running = processes?.filter(\.isRunning) else { throw CancellationError() }
            try process.start()
            processes = running + [process]
        }
    }

    /// Kills all processes with SIGKILL, before this process exits without waiting for them. No other process can be started
    /// afterwards.
    static func killAll() {
        processes.withLock { processes in
            for process in processes ?? [] where process.isRunning { kill(process.processIdentifier, SIGKILL) }
            processes = nil
        }
    }
}
