// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroConformance

/// The options that say how a report looks, and where it goes.
struct ReportOptions: ParsableArguments {
    @Option(help: "How the report looks.")
    var format = ReportFormat.table

    @Option(help: "The file to write the report to, in place of the standard output.")
    var output: String?
}

/// The forms of a report.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
    case junit

    func text(of report: ConformanceReport) -> String {
        switch self {
        case .table: report.table
        case .json: report.json
        case .junit: report.junit
        }
    }
}
