// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import MicroCore
@testable import MicroRabbitMQ

@Suite struct RabbitMQConfirmsTests {
    @Test func confirmationsInAnyOrderSettleTheirPublications() {
        var confirms = RabbitMQConfirms()
        let promises = (0..<6).map { _ in Promise<Void>() }
        for promise in promises { confirms.add(promise) }
        #expect(confirms.nextSequence == 7)
        func settled(_ sequence: UInt64, _ isMultiple: Bool) -> [Int] {
            confirms.settle(sequence, isMultiple: isMultiple).compactMap { settled in
                promises.firstIndex { $0 === settled.promise }
            }
        }
        #expect(settled(3, false) == [2])
        #expect(settled(3, false) == [])
        #expect(settled(4, true) == [0, 1, 3])
        #expect(settled(9, false) == [])
        #expect(settled(1, true) == [])
        #expect(settled(0, true) == [4, 5])
        #expect(confirms.nextSequence == 7)
        confirms.add(Promise())
        #expect(confirms.nextSequence == 8)
        #expect(confirms.takeAll().count == 1)
    }

    @Test func returnedPublicationsAreMarked() {
        var confirms = RabbitMQConfirms()
        for _ in 0..<2 { confirms.add(Promise()) }
        confirms.markReturned(2)
        confirms.markReturned(5)
        #expect(confirms.settle(2, isMultiple: true).map(\.wasReturned) == [false, true])
    }
}
