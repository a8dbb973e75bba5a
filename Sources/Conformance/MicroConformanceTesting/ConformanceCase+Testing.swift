// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import Testing

/// Runs cases in Swift Testing. A parameterized test runs every case against an adapter, each with its own result, and
/// prints the report:
///
/// ```swift
/// @Test(.conformanceReport, .serialized, arguments: RegistryCase.all)
/// func contract(_ testCase: RegistryCase) async { await testCase.verify(against: FileRegistryHarness()) }
/// ```
extension ConformanceCase where TestContext == RegistryTestContext {
    /// Runs the case against a registry adapter, and records an issue if it fails.
    ///
    /// A case that is not claimed or not runnable records no issue; the report lists it and does not count it as
    /// passed.
    public func verify(
        against harness: any RegistryHarness, options: RunOptions = RunOptions(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async { await run(by: RegistryRunner(harness, options: options), sourceLocation) }
}

extension ConformanceCase where TestContext == BrokerTestContext {
    /// Runs the case against a broker adapter, and records an issue if it fails.
    ///
    /// A case that is not claimed or not runnable records no issue; the report lists it and does not count it as
    /// passed.
    public func verify(
        against harness: any BrokerHarness, options: RunOptions = RunOptions(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async { await run(by: BrokerRunner(harness, options: options), sourceLocation) }
}

extension ConformanceCase where TestContext == TransportTestContext {
    /// Runs the case against a transport adapter, and records an issue if it fails.
    ///
    /// A case that is not claimed or not runnable records no issue; the report lists it and does not count it as
    /// passed.
    public func verify(
        against harness: any TransportHarness, options: RunOptions = RunOptions(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async { await run(by: TransportRunner(harness, options: options), sourceLocation) }
}

extension ConformanceCase {
    private func run(by runner: ConformanceRunner<TestContext>, _ sourceLocation: SourceLocation) async {
        let result = await runner.run(self)
        ConformanceReportTrait.collector?.add(result, runner.harness)
        if result.outcome.isFailure {
            Issue.record("\(id) \(result.outcome.name): \(result.outcome.detail)", sourceLocation: sourceLocation)
        }
    }
}
