// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroHarnesses
import Testing

/// All cases against the transports that need no server.
@Suite(.timeLimit(.minutes(5))) struct TransportConformanceTests {
    private static let memory = MemoryTransportHarness()
    private static let http = HTTPTransportHarness()

    @Test(.conformanceReport, .serialized, arguments: TransportCase.all)
    func memory(_ each: TransportCase) async { await each.verify(against: Self.memory) }

    @Test(.conformanceReport, .serialized, arguments: TransportCase.all)
    func http(_ each: TransportCase) async { await each.verify(against: Self.http) }
}
