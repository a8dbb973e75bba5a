// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroConformance
import MicroHarnesses

/// The options of a run that are the same for adapters of every kind, and the run.
struct ConformanceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How the server is stopped, killed and paused: compose:FILE, by the service of a compose file that has the "
                + "name of the adapter. The server loses everything.", valueName: "compose:FILE"))
    var control: String?

    @OptionGroup var selection: CaseSelectionOptions

    @OptionGroup var reportOptions: ReportOptions

    /// Checks what the parser cannot.
    ///
    /// - Parameters:
    ///   - kind: `registry`, `broker` or `transport`.
    ///   - adapter: Its name.
    func validate(_ kind: String, named adapter: String, address: String?) throws {
        if adapter == "memory", address != nil {
            throw ValidationError("The memory \(kind) has no address: leave out --\(kind)-address.")
        }
        if adapter == "memory", control != nil {
            throw ValidationError("The memory \(kind) needs no control: leave out --control.")
        }
        _ = try controlSource()
    }

    /// What `--control` means.
    func controlSource() throws -> ControlSource? {
        guard let control else { return nil }
        guard let source = ControlSource(parsing: control), case .compose(let file) = source else {
            throw ValidationError("\"\(control)\" is no control: expected compose:FILE.")
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue else {
            throw ValidationError("There is no compose file \(file): check the path of --control.")
        }
        return source
    }

    /// Runs the cases that are selected, and reports.
    ///
    /// - Throws: `ExitCode` with 1 if a case has failed.
    func run<TestContext: ConformanceTestContext>(
        _ makeRunner: (RunOptions) async throws -> ConformanceRunner<TestContext>
    ) async throws {
        let runner = try await makeRunner(try selection.options(of: TestContext.catalog))
        // Opened before the run: minutes of work must not end at a mistyped path.
        let output = try ReportOutput(path: reportOptions.output)
        let progress = ProgressLine()
        let report = await runner.run { each, number, count in progress.show("[\(number)/\(count)] \(each)") }
        progress.clear()
        try output.write(reportOptions.format.text(of: report))
        guard report.isSuccess else { throw ExitCode.failure }
    }
}
