// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroConformance

/// The format of a report.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
    case junit
    /// Whether each requirement of the contract is kept.
    case requirements
    /// The JSON of shields.io with the counts of the requirements.
    case badge

    func text(of report: ConformanceReport) -> String {
        switch self {
        case .table: report.table
        case .json: report.json
        case .junit: report.junit
        case .requirements: report.requirements
        case .badge: report.badge
        }
    }
}
