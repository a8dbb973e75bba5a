// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import Testing

/// The bridge to Swift Testing. One test of a test target runs every case against an adapter, each as a row of its own,
/// and prints the kit's table at the end:
///
/// ```swift
/// @Test(.conformanceReport, .serialized, arguments: RegistryCase.all)
/// func contract(_ each: RegistryCase) async { await each.verify(against: FileRegistryHarness()) }
/// ```
extension ConformanceCase where TestContext == RegistryTestContext {
    /// Runs the case against a registry adapter and records an issue if it fails.
    ///
    /// A case that is not claimed or not runnable is no issue; the table lists it, and does not count it as passed.
    public func verify(
        against harness: any RegistryHarness, options: RunOptions = RunOptions(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async { await verify(by: RegistryRunner(harness, options: options), sourceLocation) }
}

extension ConformanceCase where TestContext == BrokerTestContext {
    /// Runs the case against a broker adapter and records an issue if it fails.
    ///
    /// A case that is not claimed or not runnable is no issue; the table lists it, and does not count it as passed.
    public func verify(
        against harness: any BrokerHarness, options: RunOptions = RunOptions(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async { await verify(by: BrokerRunner(harness, options: options), sourceLocation) }
}

extension ConformanceCase where TestContext == TransportTestContext {
    /// Runs the case against a transport adapter and records an issue if it fails.
    ///
    /// A case that is not claimed or not runnable is no issue; the table lists it, and does not count it as passed.
    public func verify(
        against harness: any TransportHarness, options: RunOptions = RunOptions(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async { await verify(by: TransportRunner(harness, options: options), sourceLocation) }
}

extension ConformanceCase where TestContext: ConformanceTestContext {
    fileprivate func verify(by runner: ConformanceRunner<TestContext>, _ sourceLocation: SourceLocation) async {
        let result = await runner.run(self)
        ConformanceReportTrait.collector?.add(result, runner.harness)
        if result.outcome.isFailure {
            Issue.record(
                "\(id) \(result.outcome.name): \(result.outcome.detail)", sourceLocation: sourceLocation)
        }
    }
}
