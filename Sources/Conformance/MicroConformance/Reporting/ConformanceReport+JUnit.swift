// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension ConformanceReport {
    /// The report for CI systems, in the JUnit XML format that most of them read. Cases that were not claimed or not
    /// runnable, and known failures, are reported as skipped with their reason.
    public var junit: String {
        let failures = results.count { $0.outcome.isFailure }
        let skipped = results.count { !$0.outcome.isFailure && $0.outcome != .passed }
        let time = results.reduce(0) { $0 + $1.seconds }
        let suite = "\(subject.adapter) on \(subject.backend) \(subject.backendVersion)"
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            #"<testsuite name="\#(Self.escaped(suite))" tests="\#(results.count)" failures="\#(failures)" skipped="\#(skipped)" time="\#(time)">"#,
        ]
        lines.append("  <properties>")
        for (name, value) in [("suiteVersion", SwiftMicro.version), ("adapter", subject.adapterVersion)] + bounds {
            lines.append(#"    <property name="\#(name)" value="\#(Self.escaped(value))"/>"#)
        }
        lines.append("  </properties>")
        lines += results.map(row)
        return (lines + ["</testsuite>"]).joined(separator: "\n")
    }

    private func row(_ result: CaseResult) -> String {
        let name = Self.escaped("\(result.id) \(result.requirement)")
        let start =
            #"  <testcase classname="\#(Self.escaped(subject.adapter))" name="\#(name)" time="\#(result.seconds)""#
        let message = Self.escaped(result.outcome.detail)
        switch result.outcome {
        case .passed: return start + "/>"
        case .failed, .unexpectedPass: return start + #"><failure message="\#(message)"/></testcase>"#
        case .notClaimed, .notRunnable, .knownFailing:
            return start + #"><skipped message="\#(result.outcome.name): \#(message)"/></testcase>"#
        }
    }

    /// Escapes a text for an attribute, keeping its line breaks. XML 1.0 cannot represent most control characters, not
    /// even escaped: they are omitted.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n": escaped += "&#10;"
            case "\t", "\r": escaped += " "
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": break
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
