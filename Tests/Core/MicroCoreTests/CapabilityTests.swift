// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

@Suite struct CapabilityTests {
    @Test("named capabilities have unique bits and names") func capabilitiesHaveUniqueBitsAndNames() {
        check(RegistryCapabilities.named.map { ($0.name, $0.capability.rawValue) })
        check(BrokerFeatures.named.map { ($0.name, $0.feature.rawValue) })
        check(TransportFeatures.named.map { ($0.name, $0.feature.rawValue) })
    }

    private func check(_ all: [(name: String, bits: UInt)]) {
        #expect(!all.isEmpty && all.allSatisfy { $0.bits.nonzeroBitCount == 1 })
        #expect(Set(all.map(\.bits)).count == all.count && Set(all.map(\.name)).count == all.count)
        // The bits are numbered from 0 without gaps: a capability that is missing in `named` leaves one.
        #expect(all.reduce(0) { $0 | $1.bits } == (UInt(1) << all.count) - 1)
    }
}
