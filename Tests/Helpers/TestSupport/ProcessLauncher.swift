// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Synchronization

/// Starts child processes one at a time: `Process.run()` of Foundation crashes now and then when several threads call it.
package enum ProcessLauncher {
    private static let lock = Mutex(())

    /// Starts a process.
    package static func run(_ process: Process) throws { try lock.withLock { _ in try process.run() } }
}
