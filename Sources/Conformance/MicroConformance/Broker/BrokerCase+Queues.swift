// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let queues = [
        BrokerCase(
            "B10", .capability, "Of a queue each message goes to one member, and every member gets some",
            rationale: "Queues are ignored, or one member gets everything.", needs: ["queues"],
            verifyUnsupported: queueIsUnsupported
        ) { context in
            let third = try await context.makeClient()
            let members = [
                try await context.record(context.a, queue: context.queue()),
                try await context.record(context.b, queue: context.queue()),
                try await context.record(third, queue: context.queue()),
            ]
            try await context.publish(texts(0..<300))
            try await context.eventually(members, share: texts(0..<300))
            try context.expect(
                members.allSatisfy { $0.count > 0 }, "every member gets some, not \(members.map(\.count))")
        },
        BrokerCase(
            "B11", .capability, "Each of several queues gets every message once, in one client and in several",
            rationale: "Queues of one process, or of one topic, are taken for one.", needs: ["queues"],
            verifyUnsupported: queueIsUnsupported
        ) { context in
            let (one, two) = (context.queue("one"), context.queue("two"))
            let ones = [
                try await context.record(context.a, queue: one), try await context.record(context.b, queue: one),
                try await context.record(context.b, queue: one),
            ]
            let twos = [
                try await context.record(context.a, queue: two), try await context.record(context.b, queue: two),
            ]
            try await context.publish(texts(0..<200))
            for members in [ones, twos] { try await context.eventually(members, share: texts(0..<200)) }
        },
        BrokerCase(
            "B12", .capability, "Beside a queue, who has subscribed without one still gets everything",
            rationale: "One queue on a topic takes the messages from the others.", needs: ["queues"],
            verifyUnsupported: queueIsUnsupported
        ) { context in
            let members = [
                try await context.record(context.a, queue: context.queue()),
                try await context.record(context.b, queue: context.queue()),
            ]
            let others = [try await context.record(context.a), try await context.record(context.b)]
            try await context.publish(texts(0..<200))
            try await context.eventually(members, share: texts(0..<200))
            for other in others { try await context.eventually(other, gets: texts(0..<200)) }
        },
    ]

    private static let queueIsUnsupported: @Sendable (BrokerTestContext) async throws -> Void = { context in
        try await context.expectError(.unsupported, from: "subscribing with a queue") {
            _ = try await context.b.subscribe(to: context.topic(), queue: context.queue())
        }
    }
}

extension BrokerTestContext {
    /// Waits until the members of a queue have got these texts between them, each once.
    func eventually(_ members: [DeliveryRecorder], share texts: [String], within bound: Duration? = nil) async throws {
        try await eventually("\(texts.count) deliveries have come to the queue", within: bound) {
            members.reduce(0) { $0 + $1.count } >= texts.count
        }
        try await never("something comes twice") { members.reduce(0) { $0 + $1.count } > texts.count }
        try expect(members.flatMap(\.texts).sorted(), is: texts.sorted(), "what has come to the queue")
    }
}
