// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension ConformanceReport {
    /// The human-readable report: a row for each case, the counts, the versions and the bounds. Further lines of an
    /// outcome's detail follow its row, indented.
    public var table: String {
        let width = results.map(\.requirement.count).max() ?? 0
        var lines = results.flatMap { Self.rows($0, width: width) }
        lines.append("")
        lines.append(counts)
        lines.append(subjectLine)
        lines.append("bounds: " + bounds.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }

    /// The versions of adapter, backend and kit.
    var subjectLine: String {
        "\(subject.adapter) \(subject.adapterVersion) on \(subject.backend) \(subject.backendVersion), "
            + "suite \(SwiftMicro.version)"
    }

    private static func rows(_ result: CaseResult, width: Int) -> [String] {
        let requirement = result.requirement.padding(to: width)
        let time = Self.text(result.seconds)
        let detail = result.outcome.detail.split(separator: "\n", omittingEmptySubsequences: false)
        let row = "\(result.id)  \(requirement)  \(result.outcome.name.padding(to: 14))  \(time)"
        let first = detail.first.map { $0.isEmpty ? "" : "  \($0)" } ?? ""
        return [row + first] + detail.dropFirst().map { "     \($0)" }
    }

    /// The seconds with two decimals.
    private static func text(_ seconds: Double) -> String {
        let hundredths = Int((seconds * 100).rounded())
        let fraction = hundredths % 100
        let whole = "\(hundredths / 100)"
        return
            "\(String(repeating: " ", count: max(0, 4 - whole.count)))\(whole).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
}

extension String {
    /// The text with spaces appended, up to a length.
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
