// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The options for the format and the destination of a report.
struct ReportOptions: ParsableArguments {
    @Option(help: "The format of the report.")
    var format = ReportFormat.table

    @Option(help: "The file to write the report to, instead of the standard output.")
    var output: String?
}
