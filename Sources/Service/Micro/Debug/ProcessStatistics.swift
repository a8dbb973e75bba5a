// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The resources of this process; 0 on platforms without `/proc`.
package struct ProcessStatistics: Sendable {
    /// The resident memory in bytes.
    package var residentBytes: UInt64 = 0
    /// The number of threads.
    package var threads: UInt64 = 0

    package static var current: Self {
        // See proc(5).
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return Self() }
        func value(_ name: String) -> UInt64 {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
            return UInt64(line.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
        }
        let (bytes, overflow) = value("VmRSS").multipliedReportingOverflow(by: 1024)
        return Self(residentBytes: overflow ? 0 : bytes, threads: value("Threads"))
    }
}
