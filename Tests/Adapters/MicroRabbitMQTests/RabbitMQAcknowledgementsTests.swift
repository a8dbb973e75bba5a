// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import MicroRabbitMQ

@Suite struct RabbitMQAcknowledgementsTests {
    @Test func smallPrefetchSendsEachAcknowledgementAtOnce() {
        var acknowledgements = RabbitMQAcknowledgements(prefetch: 10)
        for tag in 1...3 as ClosedRange<UInt64> {
            #expect(acknowledgements.acknowledge(tag) == (true, true))
            #expect(acknowledgements.frames == ["\(tag)+"])
        }
        #expect(acknowledgements.frames == [])
    }

    @Test func oneFrameAcknowledgesAllDeliveriesUpToANumber() {
        var acknowledgements = RabbitMQAcknowledgements(prefetch: 40)
        #expect(acknowledgements.acknowledge(2) == (false, true))
        #expect(acknowledgements.acknowledge(1) == (false, false))
        #expect(acknowledgements.acknowledge(3) == (false, false))
        #expect(acknowledgements.acknowledge(4) == (true, false))
        #expect(acknowledgements.frames == ["4+"])
    }

    @Test func unsettledDeliveriesAreNotAcknowledged() {
        var acknowledgements = RabbitMQAcknowledgements(prefetch: 100)
        for tag in [1, 2, 4, 6] as [UInt64] { _ = acknowledgements.acknowledge(tag) }
        #expect(acknowledgements.frames == ["4", "6", "2+"])
        // 4 and 6 are known to the server: a frame for several deliveries must not name them.
        _ = acknowledgements.acknowledge(3)
        #expect(acknowledgements.frames == ["3+"])
        acknowledgements.settle(5)
        _ = acknowledgements.acknowledge(7)
        #expect(acknowledgements.frames == ["7+"])
    }

    @Test func changedPrefetchKeepsWhatWasRecorded() {
        var acknowledgements = RabbitMQAcknowledgements(prefetch: 40)
        #expect(acknowledgements.acknowledge(1) == (false, true))
        acknowledgements.setPrefetch(10)
        #expect(acknowledgements.acknowledge(2) == (true, false))
        #expect(acknowledgements.frames == ["2+"])
    }

    @Test func batchesAreLimited() {
        var acknowledgements = RabbitMQAcknowledgements(prefetch: 0)
        let due = (1...200 as ClosedRange<UInt64>).first { acknowledgements.acknowledge($0).isDue }
        #expect(due == 64)
    }

    /// A model of the server: it closes the channel on a number that it does not consider unsettled.
    @Test(arguments: 0..<20) func serverSettlesEveryDeliveryOnce(_ seed: UInt64) {
        var random = Fuzzer(seed: seed)
        var acknowledgements = RabbitMQAcknowledgements(prefetch: .random(in: 0...300, using: &random))
        var unsettled = Set(1...200 as ClosedRange<UInt64>)
        func send(_ acknowledgements: inout RabbitMQAcknowledgements) {
            for (tag, isMultiple) in acknowledgements.take() {
                #expect(unsettled.contains(tag), "\(tag)")
                unsettled = unsettled.filter { isMultiple ? $0 > tag : $0 != tag }
            }
        }
        var settled: Set<UInt64> = []
        for start in stride(from: 1, through: 200, by: 20) {
            for tag in (UInt64(start)..<UInt64(start) + 20).shuffled(using: &random) {
                settled.insert(tag)
                if Int.random(in: 0..<5, using: &random) == 0 {
                    acknowledgements.settle(tag)
                    #expect(unsettled.remove(tag) != nil)
                } else if acknowledgements.acknowledge(tag).isDue || Bool.random(using: &random) {
                    send(&acknowledgements)
                }
                #expect(unsettled.isSuperset(of: Set(1...200).subtracting(settled)))
            }
        }
        send(&acknowledgements)
        #expect(unsettled.isEmpty)
    }
}

extension RabbitMQAcknowledgements {
    fileprivate init(prefetch: UInt16) {
        self.init()
        setPrefetch(prefetch)
    }

    /// The frames to send, each as its number, with a plus sign if it counts for all up to that.
    fileprivate var frames: [String] {
        mutating get { take().map { "\($0.tag)\($0.isMultiple ? "+" : "")" } }
    }
}
