// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroConformance
import MicroCore
import MicroHarnesses

/// The options of a run that all kinds of adapters share.
struct ConformanceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            How the cases stop, kill and pause the server: compose:FILE for the service of a compose file that has the \
            name of the adapter. All data of the server is lost.
            """, valueName: "compose:FILE"))
    var control: String?

    @OptionGroup var selection: CaseSelectionOptions

    @OptionGroup var reportOptions: ReportOptions

    /// Validates the options of a run.
    ///
    /// - Parameters:
    ///   - part: The kind of adapter.
    ///   - adapter: The name of the adapter. An unknown name is reported by ``run(_:_:address:delivery:queueType:_:)``. Nil is an error: the option is required.
    func validate<Harness>(_ part: AdapterPart<Harness>, _ adapter: String?, address: String?) throws {
        guard let adapter else {
            throw ValidationError(
                "Missing --\(part.name): choose one of \(part.adapterNames.joined(separator: ", ")).")
        }
        if HarnessDescription.named(adapter)?.isInProcess == true {
            guard address == nil else {
                throw ValidationError("The \(adapter) \(part.name) has no address: omit --\(part.name)-address.")
            }
            guard control == nil else {
                throw ValidationError("The \(adapter) \(part.name) has its own control: omit --control.")
            }
        }
        _ = try controlSource()
    }

    /// Runs the selected cases and writes the report.
    ///
    /// - Throws: `ExitCode` with 1 if a case has failed; ``CommandError``; ``MicroCore/MicroError``.
    func run<Harness, TestContext: ConformanceTestContext>(
        _ part: AdapterPart<Harness>, _ settings: SettingsOptions, address: String?,
        delivery: DeliveryGuarantee = .atMostOnce, queueType: String? = nil,
        _ makeRunner: (Harness, RunOptions) -> ConformanceRunner<TestContext>
    ) async throws {
        let options = try selection.options(of: TestContext.catalog)
        let harness = try await part.makeHarness(
            of: settings.value(named: part.name) ?? "",
            HarnessOptions(
                address: address, control: try controlSource(), delivery: delivery,
                queueType: queueType, configuration: try settings.resolved().reader))
        let runner = makeRunner(harness, options)
        // Open the file before the run, so that a wrong path does not waste minutes.
        let output = try ReportOutput(path: reportOptions.output)
        let progress = ProgressLine()
        let report = await runner.run { each, number, count in progress.show("[\(number)/\(count)] \(each)") }
        progress.clear()
        try output.write(reportOptions.format.text(of: report))
        guard report.isSuccess else { throw ExitCode.failure }
    }

    private func controlSource() throws -> ControlSource? {
        guard let control else { return nil }
        guard let source = ControlSource(parsing: control), case .compose(let file) = source else {
            throw ValidationError("\"\(control)\" is not a valid --control: expected compose:FILE.")
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue else {
            throw ValidationError("There is no compose file \(file): check the path of --control.")
        }
        return source
    }
}
