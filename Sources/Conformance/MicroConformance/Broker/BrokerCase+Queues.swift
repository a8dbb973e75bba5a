// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let queues = [
        BrokerCase(
            "B10", .capability, "Of a queue each message goes to one member, and every member gets some",
            motive: "Queues are ignored, or one member gets everything.", needs: ["queues"], refusal: refusesQueues
        ) { trial in
            let third = try await trial.makeClient()
            let members = [
                try await trial.record(trial.a, queue: trial.queue()),
                try await trial.record(trial.b, queue: trial.queue()),
                try await trial.record(third, queue: trial.queue()),
            ]
            try await trial.publish(texts(0..<300))
            try await trial.eventually(members, share: texts(0..<300))
            try trial.expect(members.allSatisfy { $0.count > 0 }, "every member gets some, not \(members.map(\.count))")
        },
        BrokerCase(
            "B11", .capability, "Each of several queues gets every message once, in one client and in several",
            motive: "Queues of one process, or of one topic, are taken for one.", needs: ["queues"],
            refusal: refusesQueues
        ) { trial in
            let (one, two) = (trial.queue("one"), trial.queue("two"))
            let ones = [
                try await trial.record(trial.a, queue: one), try await trial.record(trial.b, queue: one),
                try await trial.record(trial.b, queue: one),
            ]
            let twos = [try await trial.record(trial.a, queue: two), try await trial.record(trial.b, queue: two)]
            try await trial.publish(texts(0..<200))
            for members in [ones, twos] { try await trial.eventually(members, share: texts(0..<200)) }
        },
        BrokerCase(
            "B12", .capability, "Beside a queue, who has subscribed without one still gets everything",
            motive: "One queue on a topic takes the messages from the others.", needs: ["queues"],
            refusal: refusesQueues
        ) { trial in
            let members = [
                try await trial.record(trial.a, queue: trial.queue()),
                try await trial.record(trial.b, queue: trial.queue()),
            ]
            let others = [try await trial.record(trial.a), try await trial.record(trial.b)]
            try await trial.publish(texts(0..<200))
            try await trial.eventually(members, share: texts(0..<200))
            for other in others { try await trial.eventually(other, gets: texts(0..<200)) }
        },
    ]

    private static let refusesQueues: @Sendable (BrokerTrial) async throws -> Void = { trial in
        try await trial.expectError(.unsupported, from: "subscribing with a queue") {
            _ = try await trial.b.subscribe(to: trial.topic(), queue: trial.queue())
        }
    }
}

extension BrokerTrial {
    /// Waits until the members of a queue have got these texts between them, each once.
    func eventually(_ members: [DeliveryRecorder], share texts: [String], within bound: Duration? = nil) async throws {
        try await eventually("\(texts.count) deliveries have come to the queue", within: bound) {
            members.reduce(0) { $0 + $1.count } >= texts.count
        }
        try await never("something comes twice") { members.reduce(0) { $0 + $1.count } > texts.count }
        try expect(members.flatMap(\.texts).sorted(), is: texts.sorted(), "what has come to the queue")
    }
}
