// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Synchronization

/// Held while a process starts: `Process.run()` is not safe to call from several threads at a time.
private let startLock = Mutex(())

extension Process {
    /// Starts the process with no signal blocked.
    ///
    /// A process inherits the signal mask of the thread that calls `run()`, and threads of the cooperative pool block
    /// nearly all signals. A program that does not change its mask would not notice `SIGTERM`.
    ///
    /// - Throws: Foundation's error for a program that cannot be started.
    package func start() throws {
        try startLock.withLock { _ in
            var none = sigset_t()
            var before = sigset_t()
            sigemptyset(&none)
            pthread_sigmask(SIG_SETMASK, &none, &before)
            defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
            try run()
        }
    }
}
