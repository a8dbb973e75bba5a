// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Testing

/// The tests are divided into two runs: `make test`, and `make test-faults` for tests that need minutes of wall-clock time,
/// such as the fault matrix, clusters and fuzzing.
package enum FaultRun {
    /// Whether `make test-faults` is running: `MICRO_TEST_FAULTS` is set.
    package static let isActive = ProcessInfo.processInfo.environment["MICRO_TEST_FAULTS"].map { !$0.isEmpty } ?? false
}

extension Trait where Self == ConditionTrait {
    /// Enables tests in `make test-faults` only, which selects by name: the name of the suite contains `Fault`, `Fuzz`,
    /// `Cluster` or `Soak`, or the name of the test begins with `mutated`. `make lint` checks it.
    package static var faultRun: Self { .enabled(if: FaultRun.isActive, "takes minutes: run make test-faults") }
}
