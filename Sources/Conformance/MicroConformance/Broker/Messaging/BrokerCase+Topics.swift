// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let topics = [
        BrokerCase(
            "B07", .core, "Invalid topics and queues are refused before anything is sent.",
            rationale: "A space in a topic injects protocol text: NATS reads `PUB a b` as a reply subject."
        ) { context in
            let recorder = try await context.record()
            let invalidTopics = [
                "", " ", "a b", "a..b", ".a", "a.", "a\tb", "a\r\nPUB x 0\r\n", "a\0", "ü", "a/b",
                String(repeating: "a", count: 248),
            ]
            for topic in invalidTopics + ["*", "a.*", ">", "a.>", "a.*.b"] {
                try await context.expectError(.invalidTopic, from: "publishing to \(topic.debugDescription)") {
                    try await context.publisher.publish(BrokerMessage(), to: topic)
                }
            }
            for topic in invalidTopics + ["a.>.b", "a*", "a.b>"] {
                try await context.expectError(.invalidTopic, from: "subscribing to \(topic.debugDescription)") {
                    _ = try await context.publisher.subscribe(to: topic)
                }
            }
            for queue in ["", "a b", "a\r\nb", "*"] {
                try await context.expectError(
                    .invalidName, from: "subscribing with the queue \(queue.debugDescription)"
                ) {
                    _ = try await context.publisher.subscribe(to: context.topic(), queue: queue)
                }
            }
            try await context.publish(["good"])
            try await context.eventually(recorder, gets: ["good"])
        },
        BrokerCase(
            "B13", .core, "Features that are not claimed are refused as unsupported, not ignored.",
            rationale: "A memory broker that ignores the queue hides duplicate deliveries until production."
        ) { context in
            let refusals: [(feature: BrokerFeatures, topic: String, queue: String?, (inout SubscribeOptions) -> Void)] =
                [
                    (.queues, context.topic(), context.queue(), { _ in }),
                    (.wildcards, context.topic("*"), nil, { _ in }),
                    (.acknowledgements, context.topic(), nil, { $0.maxInFlight = 1 }),
                    (.acknowledgements, context.topic(), nil, { $0.acknowledgementTimeout = .seconds(1) }),
                    (.acknowledgements, context.topic(), nil, { $0.maxAttempts = 1 }),
                    (
                        .deadLetters, context.topic(), nil,
                        { ($0.maxAttempts, $0.deadLetterTopic) = (1, context.topic("dead")) }
                    ),
                    (.durability, context.topic(), nil, { $0.durableName = context.queue() }),
                    (.replay, context.topic(), nil, { $0.start = .all }),
                ]
            let features = context.capabilities.features
            for (feature, topic, queue, configure) in refusals where !features.contains(feature) {
                var options = SubscribeOptions()
                configure(&options)
                try await context.expectUnsupported("subscribing with \(feature.names.joined())") {
                    _ = try await context.subscriber.subscribe(to: topic, queue: queue, options: options)
                }
            }
            if !features.contains(.acknowledgements) { try await rejectIsUnsupported(context) }
            if !features.contains(.requests) { try await requestIsUnsupported(context) }
        },
        BrokerCase(
            "B36", .capability,
            "A wildcard subscription gets each matching message once, with its own topic, and no other message.",
            rationale: "Adapters treat patterns as prefixes, or deliver a message once per matching pattern.",
            capabilities: ["wildcards"], verifyUnsupported: wildcardIsUnsupported
        ) { context in
            let topics = ["a", "b", "a.b", "a.c", "a.b.c", "x.b", "x.b.c", "ab"].map(context.topic)
            let table: [(pattern: String, matching: [String])] = [
                ("*", ["a", "b", "ab"]), (">", ["a", "b", "a.b", "a.c", "a.b.c", "x.b", "x.b.c", "ab"]),
                ("a.*", ["a.b", "a.c"]), ("a.>", ["a.b", "a.c", "a.b.c"]), ("*.b", ["a.b", "x.b"]),
                ("*.b.*", ["a.b.c", "x.b.c"]), ("*.*.>", ["a.b.c", "x.b.c"]), ("a", ["a"]), ("a.*.*", ["a.b.c"]),
                ("*.c.>", []),
            ]
            var recorders: [DeliveryRecorder] = []
            for (pattern, _) in table { recorders.append(try await context.record(topic: context.topic(pattern))) }
            for topic in topics { try await context.publish([topic], to: topic) }
            for ((pattern, matching), recorder) in zip(table, recorders) {
                try await context.eventually("all messages that match \(pattern) arrive") {
                    recorder.count >= matching.count
                }
            }
            try await context.never("a message arrives twice or does not match") {
                zip(table, recorders).contains { $0.matching.count != $1.count }
            }
            for ((pattern, matching), recorder) in zip(table, recorders) {
                try context.expect(
                    recorder.texts.sorted(), is: matching.map(context.topic).sorted(), "the messages of \(pattern)")
                try context.expect(recorder.deliveries.map(\.topic), is: recorder.texts, "the topics of \(pattern)")
            }
        },
    ]

    static let wildcardIsUnsupported: @Sendable (BrokerTestContext) async throws -> Void = { context in
        for pattern in ["*", ">"] {
            try await context.expectUnsupported("subscribing to a pattern") {
                _ = try await context.subscriber.subscribe(to: context.topic(pattern))
            }
        }
    }
}
