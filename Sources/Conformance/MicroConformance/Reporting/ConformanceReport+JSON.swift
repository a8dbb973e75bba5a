// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

extension ConformanceReport {
    private struct JSONReport: Encodable {
        struct Case: Encodable {
            let id: String
            let tier: String
            let outcome: String
            let seconds: Double
            let detail: String
        }

        struct Version: Encodable {
            let name: String
            let version: String
        }

        let suiteVersion: String
        let adapter: Version
        let backend: Version
        let bounds: [String: String]
        let cases: [Case]
        let summary: [String: Int]
    }

    /// The report for programs:
    /// `{"suiteVersion","adapter":{"name","version"},"backend":{…},"bounds":{…},"cases":[{"id","tier","outcome","seconds","detail"}],"summary":{"passed",…}}`.
    public var json: String {
        let report = JSONReport(
            suiteVersion: SwiftMicro.version,
            adapter: .init(name: subject.adapter, version: subject.adapterVersion),
            backend: .init(name: subject.backend, version: subject.backendVersion),
            bounds: Dictionary(bounds.map { ($0.name, $0.value) }) { $1 },
            cases: results.map {
                .init(
                    id: $0.id, tier: $0.tier.rawValue, outcome: $0.outcome.name,
                    seconds: ($0.seconds * 1000).rounded() / 1000, detail: $0.outcome.detail)
            },
            summary: Dictionary(Self.outcomeNames.map { ($0, count($0)) }) { $1 })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Encoding cannot fail: the report contains only texts and finite numbers.
        let data = (try? encoder.encode(report)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}
