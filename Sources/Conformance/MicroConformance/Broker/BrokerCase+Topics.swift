// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let topics = [
        BrokerCase(
            "B07", .core, "What is no topic is refused before anything is sent, and so is what is no queue",
            rationale: "`PUB a b` is a command with a reply subject: a space in a topic is an injection."
        ) { context in
            let recorder = try await context.record()
            let bad = [
                "", " ", "a b", "a..b", ".a", "a.", "a\tb", "a\r\nPUB x 0\r\n", "a\0", "ü", "a/b",
                String(repeating: "a", count: 248),
            ]
            for topic in bad + ["*", "a.*", ">", "a.>", "a.*.b"] {
                try await context.expectError(.invalidTopic, from: "publishing to \(topic.debugDescription)") {
                    try await context.a.publish(BrokerMessage(), to: topic)
                }
            }
            for topic in bad + ["a.>.b", "a*", "a.b>"] {
                try await context.expectError(.invalidTopic, from: "subscribing to \(topic.debugDescription)") {
                    _ = try await context.a.subscribe(to: topic)
                }
            }
            for queue in ["", "a b", "a\r\nb", "*"] {
                try await context.expectError(.invalidName, from: "subscribing as \(queue.debugDescription)") {
                    _ = try await context.a.subscribe(to: context.topic(), queue: queue)
                }
            }
            try await context.publish(["good"])
            try await context.eventually(recorder, gets: ["good"])
        },
        BrokerCase(
            "B13", .core, "What is not claimed is refused, and not ignored",
            rationale: "A broker in memory that ignores the queue delivers everything twice in production."
        ) { context in
            let refusals: [(feature: BrokerFeatures, topic: String, queue: String?, (inout SubscribeOptions) -> Void)] =
                [
                    (.queues, context.topic(), context.queue(), { _ in }),
                    (.wildcards, context.topic("*"), nil, { _ in }),
                    (.acknowledgements, context.topic(), nil, { $0.maxInFlight = 1 }),
                    (.acknowledgements, context.topic(), nil, { $0.acknowledgementTimeout = .seconds(1) }),
                    (.acknowledgements, context.topic(), nil, { $0.maxAttempts = 1 }),
                    (.durability, context.topic(), nil, { $0.durableName = context.queue() }),
                    (.replay, context.topic(), nil, { $0.start = .all }),
                ]
            let features = context.capabilities.features
            for (feature, topic, queue, change) in refusals where !features.contains(feature) {
                var options = SubscribeOptions()
                change(&options)
                try await context.expectError(.unsupported, from: "subscribing with \(feature.names.joined())") {
                    _ = try await context.b.subscribe(to: topic, queue: queue, options: options)
                }
            }
            if !features.contains(.acknowledgements) {
                let recorder = try await context.record()
                try await context.publish(["x"])
                try await context.eventually(recorder, gets: ["x"])
                try await context.expectError(.unsupported, from: "rejecting") { try recorder.deliveries[0].reject() }
            }
            if !features.contains(.requests) {
                try await context.expectError(.unsupported, from: "requesting") {
                    _ = try await context.a.request(BrokerMessage(), to: context.topic(), deadline: .now + .seconds(5))
                }
            }
        },
        BrokerCase(
            "B36", .capability, "A pattern gets what it covers, each once and with its own topic, and nothing else",
            rationale: "Patterns are prefixes, or a message comes once for each pattern that covers it.",
            needs: ["wildcards"],
            verifyUnsupported: wildcardIsUnsupported
        ) { context in
            let topics = ["a", "b", "a.b", "a.c", "a.b.c", "x.b", "x.b.c", "ab"].map(context.topic)
            let table: [(pattern: String, covered: [String])] = [
                ("*", ["a", "b", "ab"]), (">", ["a", "b", "a.b", "a.c", "a.b.c", "x.b", "x.b.c", "ab"]),
                ("a.*", ["a.b", "a.c"]), ("a.>", ["a.b", "a.c", "a.b.c"]), ("*.b", ["a.b", "x.b"]),
                ("*.b.*", ["a.b.c", "x.b.c"]), ("*.*.>", ["a.b.c", "x.b.c"]), ("a", ["a"]), ("a.*.*", ["a.b.c"]),
                ("*.c.>", []),
            ]
            var recorders: [DeliveryRecorder] = []
            for (pattern, _) in table { recorders.append(try await context.record(topic: context.topic(pattern))) }
            for topic in topics { try await context.publish([topic], to: topic) }
            for ((pattern, covered), recorder) in zip(table, recorders) {
                try await context.eventually("\(pattern) has got all") { recorder.count >= covered.count }
            }
            try await context.never("something comes twice, or strays") {
                zip(table, recorders).contains { $0.covered.count != $1.count }
            }
            for ((pattern, covered), recorder) in zip(table, recorders) {
                try context.expect(recorder.texts.sorted(), is: covered.map(context.topic).sorted(), pattern)
                try context.expect(recorder.deliveries.map(\.topic), is: recorder.texts, "the topics of \(pattern)")
            }
        },
    ]

    private static let wildcardIsUnsupported: @Sendable (BrokerTestContext) async throws -> Void = { context in
        for pattern in ["*", ">"] {
            try await context.expectError(.unsupported, from: "subscribing to a pattern") {
                _ = try await context.b.subscribe(to: context.topic(pattern))
            }
        }
    }
}
