// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Returns the CPU time of all threads of a process, in seconds.
func cpuTime(of process: Int32) throws -> Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else {
        throw BenchError("there is no process \(process)")
    }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Returns the resident memory of this process, or of another one, in bytes.
func residentMemory(of process: Int32? = nil) throws -> Double {
    let file = "/proc/\(process.map(String.init) ?? "self")/statm"
    let pages = try String(contentsOfFile: file, encoding: .utf8).split(separator: " ")
    guard pages.count > 1, let resident = Double(pages[1]) else { throw BenchError("there is no \(file)") }
    return resident * Double(sysconf(Int32(_SC_PAGESIZE)))
}

/// Returns the CPU time of the current thread, in seconds.
func threadTime() throws -> Double {
    var time = timespec()
    guard clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { throw BenchError("the thread has no CPU clock") }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Converts a duration to seconds.
func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

/// Formats a number with a number of decimals.
func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

extension [Double] {
    /// The quantile of a sorted array.
    func quantile(_ part: Double) -> Double { isEmpty ? .nan : self[Int((Double(count - 1) * part).rounded())] }

    /// The median of the values, in any order.
    var median: Double { sorted().quantile(0.5) }
}

/// An error that makes a measurement invalid.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
