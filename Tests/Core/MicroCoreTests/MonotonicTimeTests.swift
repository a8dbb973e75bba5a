// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

/// The stored form of the clock's instants.
@Suite struct MonotonicTimeTests {
    @Test(
        arguments: [.zero, .nanoseconds(1), .seconds(-86_400), .seconds(3_000_000_000), .seconds(Int64.max / 2)]
            as [Duration])
    func instantIsUnchanged(_ offset: Duration) {
        let instant = ContinuousClock.now + offset
        #expect(MonotonicTime(instant).instant == instant)
        #expect(TransportRequest(service: "", endpoint: "", contentType: "", deadline: instant).deadline == instant)
    }

    @Test func elapsedTimeIsSigned() {
        #expect(MonotonicTime(.now - .seconds(5)).elapsed >= .seconds(5))
        #expect(MonotonicTime(.now + .seconds(60)).elapsed < .zero)
    }
}
