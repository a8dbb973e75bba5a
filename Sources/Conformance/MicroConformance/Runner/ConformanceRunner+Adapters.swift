// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Runs the cases of the registry contract.
public typealias RegistryRunner = ConformanceRunner<RegistryTestContext>

extension RegistryRunner {
    /// Creates a runner for a registry adapter.
    public init(_ harness: any RegistryHarness, options: RunOptions = RunOptions()) {
        let lifecycle = TestContextLifecycle { try await RegistryTestContext(harness: harness, namespace: $0) }
        self.init(harness, options, lifecycle, catalog: RegistryCase.all)
    }
}

/// Runs the cases of the broker contract.
public typealias BrokerRunner = ConformanceRunner<BrokerTestContext>

extension BrokerRunner {
    /// Creates a runner for a broker adapter.
    public init(_ harness: any BrokerHarness, options: RunOptions = RunOptions()) {
        let lifecycle = TestContextLifecycle { try await BrokerTestContext(harness: harness, prefix: $0) }
        self.init(harness, options, lifecycle, catalog: BrokerCase.all)
    }
}

/// Runs the cases of the transport contract.
public typealias TransportRunner = ConformanceRunner<TransportTestContext>

extension TransportRunner {
    /// Creates a runner for a transport adapter.
    public init(_ harness: any TransportHarness, options: RunOptions = RunOptions()) {
        let lifecycle = TestContextLifecycle { _ in try await TransportTestContext(harness: harness) }
        self.init(harness, options, lifecycle, catalog: TransportCase.all)
    }
}
