// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// Finds programs and free ports of this machine.
package enum Machine {
    private static let reservedPorts = Mutex<Set<Int>>([])

    /// The path of a program on the `PATH`, or of a program given by its path; nil if it is not executable.
    package static func path(of program: String) -> String? {
        if program.contains("/") { return FileManager.default.isExecutableFile(atPath: program) ? program : nil }
        return (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Different free ports of the loopback interface that this function has not returned before.
    ///
    /// They are below the ephemeral ports, which a connection could occupy before the server starts.
    package static func freePorts(_ count: Int) throws -> [Int] {
        var ports: [Int] = []
        for _ in 0..<1000 where ports.count < count {
            let port = Int.random(in: 10_000..<32_000)
            if reservedPorts.withLock({ $0.insert(port).inserted }), RawSocket.canBind(to: port) { ports.append(port) }
        }
        guard ports.count == count else { throw TestServerError(description: "no free port") }
        return ports
    }
}
