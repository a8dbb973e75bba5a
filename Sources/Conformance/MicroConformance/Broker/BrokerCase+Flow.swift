// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension BrokerCase {
    static let flow = [
        BrokerCase(
            "B26", .core, "A slow reader loses nothing without being told, and slows down nobody else",
            motive: "nats.swift buffers half a million messages, and then drops them in silence."
        ) { trial in
            let gate = Gate()
            defer { gate.open() }
            let slow = try await trial.record {
                $0.bufferedMessages = 10
            } handle: { delivery in
                await gate.block()
                delivery.acknowledge()
            }
            let quick = try await trial.record(trial.b)
            let count = trial.bounds.messages
            try await trial.publish(texts(0..<count))
            try await trial.eventually(quick, gets: texts(0..<count))
            try trial.expect(slow.count <= 1, "the slow reader has one in hand, not \(slow.count)")
            gate.open()
            guard trial.claims.contains("atMostOnce") else {
                return try await trial.eventually(slow, gets: texts(0..<count))
            }
            try await trial.eventually("the slow reader knows of each message, that it was dropped or what it was") {
                slow.deliveries.reduce(0) { $0 + 1 + $1.droppedBefore } == count
            }
            try trial.expect(slow.subscription.dropped, is: count - slow.count, "the number of those dropped")
            // One in hand, or what one reader takes at a time; and the buffer.
            try trial.expect(slow.count <= 10 + 128 + 1, "the buffer is bounded, not \(slow.count)")
            if trial.claims.contains("ordering") {
                try trial.expect(slow.texts.last, is: "\(count - 1)", "what has come last: the oldest are dropped")
            }
        }
    ]
}
