// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

@Suite struct CapabilityTests {
    @Test("every capability has a bit of its own, and a name") func capabilitiesHaveUniqueBitsAndNames() {
        check(RegistryCapabilities.named.map { ($0.name, $0.capability.rawValue) })
        check(BrokerFeatures.named.map { ($0.name, $0.feature.rawValue) })
        check(TransportFeatures.named.map { ($0.name, $0.feature.rawValue) })
    }

    private func check(_ all: [(name: String, bits: UInt)]) {
        #expect(!all.isEmpty && all.allSatisfy { $0.bits.nonzeroBitCount == 1 })
        #expect(Set(all.map(\.bits)).count == all.count && Set(all.map(\.name)).count == all.count)
    }
}
