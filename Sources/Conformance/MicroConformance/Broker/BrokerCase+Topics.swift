// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let topics = [
        BrokerCase(
            "B07", .core, "What is no topic is refused before anything is sent, and so is what is no queue",
            motive: "`PUB a b` is a command with a reply subject: a space in a topic is an injection."
        ) { trial in
            let recorder = try await trial.record()
            let bad = [
                "", " ", "a b", "a..b", ".a", "a.", "a\tb", "a\r\nPUB x 0\r\n", "a\0", "ü", "a/b",
                String(repeating: "a", count: 248),
            ]
            for topic in bad + ["*", "a.*", ">", "a.>", "a.*.b"] {
                try await trial.expectError(.invalidTopic, from: "publishing to \(topic.debugDescription)") {
                    try await trial.a.publish(Message(), to: topic)
                }
            }
            for topic in bad + ["a.>.b", "a*", "a.b>"] {
                try await trial.expectError(.invalidTopic, from: "subscribing to \(topic.debugDescription)") {
                    _ = try await trial.a.subscribe(to: topic)
                }
            }
            for queue in ["", "a b", "a\r\nb", "*"] {
                try await trial.expectError(.invalidName, from: "subscribing as \(queue.debugDescription)") {
                    _ = try await trial.a.subscribe(to: trial.topic(), queue: queue)
                }
            }
            try await trial.publish(["good"])
            try await trial.eventually(recorder, gets: ["good"])
        },
        BrokerCase(
            "B13", .core, "What is not claimed is refused, and not ignored",
            motive: "A broker in memory that ignores the queue delivers everything twice in production."
        ) { trial in
            let refusals: [(feature: BrokerFeatures, topic: String, queue: String?, (inout SubscribeOptions) -> Void)] =
                [
                    (.queues, trial.topic(), trial.queue(), { _ in }), (.wildcards, trial.topic("*"), nil, { _ in }),
                    (.acknowledgements, trial.topic(), nil, { $0.maximumInFlight = 1 }),
                    (.acknowledgements, trial.topic(), nil, { $0.acknowledgeWait = .seconds(1) }),
                    (.acknowledgements, trial.topic(), nil, { $0.maximumAttempts = 1 }),
                    (.durability, trial.topic(), nil, { $0.durableName = trial.queue() }),
                    (.replay, trial.topic(), nil, { $0.start = .all }),
                ]
            let features = trial.capabilities.features
            for (feature, topic, queue, change) in refusals where !features.contains(feature) {
                var options = SubscribeOptions()
                change(&options)
                try await trial.expectError(.unsupported, from: "subscribing with \(feature.names.joined())") {
                    _ = try await trial.b.subscribe(to: topic, queue: queue, options: options)
                }
            }
            if !features.contains(.acknowledgements) {
                let recorder = try await trial.record()
                try await trial.publish(["x"])
                try await trial.eventually(recorder, gets: ["x"])
                try await trial.expectError(.unsupported, from: "rejecting") { try recorder.deliveries[0].reject() }
            }
            if !features.contains(.requests) {
                try await trial.expectError(.unsupported, from: "requesting") {
                    _ = try await trial.a.request(Message(), to: trial.topic(), deadline: .now + .seconds(5))
                }
            }
        },
        BrokerCase(
            "B36", .capability, "A pattern gets what it covers, each once and with its own topic, and nothing else",
            motive: "Patterns are prefixes, or a message comes once for each pattern that covers it.",
            needs: ["wildcards"],
            refusal: refusesPatterns
        ) { trial in
            let topics = ["a", "b", "a.b", "a.c", "a.b.c", "x.b", "x.b.c", "ab"].map(trial.topic)
            let table: [(pattern: String, covered: [String])] = [
                ("*", ["a", "b", "ab"]), (">", ["a", "b", "a.b", "a.c", "a.b.c", "x.b", "x.b.c", "ab"]),
                ("a.*", ["a.b", "a.c"]), ("a.>", ["a.b", "a.c", "a.b.c"]), ("*.b", ["a.b", "x.b"]),
                ("*.b.*", ["a.b.c", "x.b.c"]), ("*.*.>", ["a.b.c", "x.b.c"]), ("a", ["a"]), ("a.*.*", ["a.b.c"]),
                ("*.c.>", []),
            ]
            var recorders: [DeliveryRecorder] = []
            for (pattern, _) in table { recorders.append(try await trial.record(topic: trial.topic(pattern))) }
            for topic in topics { try await trial.publish([topic], to: topic) }
            for ((pattern, covered), recorder) in zip(table, recorders) {
                try await trial.eventually("\(pattern) has got all") { recorder.count >= covered.count }
            }
            try await trial.never("something comes twice, or strays") {
                zip(table, recorders).contains { $0.covered.count != $1.count }
            }
            for ((pattern, covered), recorder) in zip(table, recorders) {
                try trial.expect(recorder.texts.sorted(), is: covered.map(trial.topic).sorted(), pattern)
                try trial.expect(recorder.deliveries.map(\.topic), is: recorder.texts, "the topics of \(pattern)")
            }
        },
    ]

    private static let refusesPatterns: @Sendable (BrokerTrial) async throws -> Void = { trial in
        for pattern in ["*", ">"] {
            try await trial.expectError(.unsupported, from: "subscribing to a pattern") {
                _ = try await trial.b.subscribe(to: trial.topic(pattern))
            }
        }
    }
}
