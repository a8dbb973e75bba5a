// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Texts of durations.
enum DurationText {
    /// Two units: `3d4h`, `2m5s`, `12s`.
    static func age(seconds: Int) -> String {
        let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
        guard let first = units.firstIndex(where: { seconds >= $0.1 }) else { return "0s" }
        let rest = seconds % units[first].1
        let head = "\(seconds / units[first].1)\(units[first].0)"
        guard first + 1 < units.count, rest / units[first + 1].1 > 0 else { return head }
        return head + "\(rest / units[first + 1].1)\(units[first + 1].0)"
    }

    /// A duration as Go writes it: `1h2m3s`, `12.5ms`, `3µs`, `0s`.
    static func go(nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case 0: return "0s"
        case ..<1_000: return "\(nanoseconds)ns"
        case ..<1_000_000: return decimal(nanoseconds, per: 1_000) + "µs"
        case ..<1_000_000_000: return decimal(nanoseconds, per: 1_000_000) + "ms"
        default:
            let seconds = nanoseconds / 1_000_000_000
            let rest = decimal(nanoseconds % 60_000_000_000, per: 1_000_000_000) + "s"
            if seconds < 60 { return rest }
            let minutes = "\(seconds / 60 % 60)m\(rest)"
            return seconds < 3_600 ? minutes : "\(seconds / 3_600)h\(minutes)"
        }
    }

    /// A latency in a unit that fits: `0.41ms`, `12.3ms`, `1.20s`.
    static func latency(seconds: Double) -> String {
        switch seconds {
        case ..<0.01: String(format: "%.2fms", seconds * 1_000)
        case ..<1: String(format: "%.1fms", seconds * 1_000)
        default: String(format: "%.2fs", seconds)
        }
    }

    private static func decimal(_ value: UInt64, per unit: UInt64) -> String {
        let fraction = value % unit
        guard fraction > 0 else { return "\(value / unit)" }
        let digits = String(String(unit + fraction).dropFirst())
        return "\(value / unit).\(String(digits.reversed().drop { $0 == "0" }.reversed()))"
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double { self / .seconds(1) }
}
