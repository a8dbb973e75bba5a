// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroCore
import MicroHarnesses
import Testing

@Suite(.timeLimit(.minutes(3))) struct MemoryConformanceTests {
    private static let harness = MemoryRegistryHarness()

    @Test(.conformanceReport, .serialized, arguments: RegistryCase.all)
    func contract(_ each: RegistryCase) async { await each.verify(against: Self.harness) }
}

@Suite(.timeLimit(.minutes(3))) struct MemoryBrokerConformanceTests {
    private static let atMostOnce = MemoryBrokerHarness(.atMostOnce)
    private static let atLeastOnce = MemoryBrokerHarness(.atLeastOnce)

    @Test(.conformanceReport, .serialized, arguments: BrokerCase.all)
    func atMostOnce(_ each: BrokerCase) async { await each.verify(against: Self.atMostOnce) }

    @Test(.conformanceReport, .serialized, arguments: BrokerCase.all)
    func atLeastOnce(_ each: BrokerCase) async { await each.verify(against: Self.atLeastOnce) }
}
