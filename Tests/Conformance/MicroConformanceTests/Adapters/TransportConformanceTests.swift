// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroHarnesses
import Testing

/// All cases against the transports that need no server.
@Suite(.timeLimit(.minutes(5))) struct TransportConformanceTests {
    @Test(.conformanceReport, arguments: TransportCase.all)
    func memory(_ each: TransportCase) async { await each.verify(against: MemoryTransportHarness()) }

    @Test(.conformanceReport, arguments: TransportCase.all)
    func http(_ each: TransportCase) async { await each.verify(against: HTTPTransportHarness()) }
}
