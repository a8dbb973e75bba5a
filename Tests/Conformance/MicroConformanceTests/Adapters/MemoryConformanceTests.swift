// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroCore
import MicroHarnesses
import Testing

// Each case has a backend of its own, so that the cases can run side by side.

@Suite(.timeLimit(.minutes(3))) struct MemoryConformanceTests {
    @Test(.conformanceReport, arguments: RegistryCase.all)
    func contract(_ each: RegistryCase) async { await each.verify(against: MemoryRegistryHarness()) }
}

@Suite(.timeLimit(.minutes(3))) struct MemoryBrokerConformanceTests {
    @Test(.conformanceReport, arguments: BrokerCase.all)
    func atMostOnce(_ each: BrokerCase) async { await each.verify(against: MemoryBrokerHarness(.atMostOnce)) }

    @Test(.conformanceReport, arguments: BrokerCase.all)
    func atLeastOnce(_ each: BrokerCase) async { await each.verify(against: MemoryBrokerHarness(.atLeastOnce)) }
}
