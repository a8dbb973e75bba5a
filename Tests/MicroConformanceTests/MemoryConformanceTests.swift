// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroHarnesses
import Testing

@Suite(.timeLimit(.minutes(3))) struct MemoryConformanceTests {
    private static let harness = MemoryRegistryHarness()

    @Test(.conformanceReport, .serialized, arguments: RegistryCase.all)
    func contract(_ each: RegistryCase) async { await each.verify(against: Self.harness) }
}
