// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import TestSupport

extension ConformanceCase where TestContext: ConformanceTestContext {
    /// Whether the case injects faults or load. Against servers, such cases belong to `make test-faults`.
    var isFaultCase: Bool { tier == .fault || tier == .stress }

    /// The cases for `make test` against servers.
    static var functionalCases: [Self] { TestContext.catalog.filter { !$0.isFaultCase } }

    /// The cases for `make test-faults` against servers.
    static var faultCases: [Self] { TestContext.catalog.filter(\.isFaultCase) }
}
