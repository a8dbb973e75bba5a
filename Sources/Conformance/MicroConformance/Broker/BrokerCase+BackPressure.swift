// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let backPressure = [
        BrokerCase(
            "B26", .core, "A slow reader loses nothing without being told, and slows down nobody else",
            rationale: "nats.swift buffers half a million messages, and then drops them in silence."
        ) { context in
            let gate = AsyncGate()
            defer { gate.open() }
            let slow = try await context.record {
                $0.maxBufferedMessages = 10
            } handle: { delivery in
                await gate.waitIgnoringCancellation()
                delivery.acknowledge()
            }
            let quick = try await context.record(context.b)
            let count = context.bounds.messages
            try await context.publish(texts(0..<count))
            try await context.eventually(quick, gets: texts(0..<count))
            try context.expect(slow.count <= 1, "the slow reader has one in hand, not \(slow.count)")
            gate.open()
            guard context.claims.contains("atMostOnce") else {
                return try await context.eventually(slow, gets: texts(0..<count))
            }
            try await context.eventually("the slow reader knows of each message, that it was dropped or what it was") {
                slow.deliveries.reduce(0) { $0 + 1 + $1.droppedBefore } == count
            }
            try context.expect(slow.subscription.dropped, is: count - slow.count, "the number of those dropped")
            // One in hand, or what one reader takes at a time; and the buffer.
            try context.expect(slow.count <= 10 + 128 + 1, "the buffer is bounded, not \(slow.count)")
            if context.claims.contains("ordering") {
                try context.expect(slow.texts.last, is: "\(count - 1)", "what has come last: the oldest are dropped")
            }
        }
    ]
}
