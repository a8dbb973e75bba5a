// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import MicroCore

@Suite struct TopicRulesTests {
    @Test(arguments: ["a", "A9", "user.created", "a.b.c", "a_b:c-d", "9", String(repeating: "a", count: 247)])
    func acceptsValidTopics(_ topic: String) throws {
        try TopicRules.check(topic: topic)
        try TopicRules.check(pattern: topic)
        try TopicRules.check(queue: topic)
    }

    @Test(arguments: [
        "", " ", ".", "a.", ".a", "a..b", "a b", "a\tb", "a\r\n", "a\0", "ä", "a/b", "-a", "_a", ":a", "a*", "*a",
        "a.>.b",
        ">a", "a.b>", String(repeating: "a", count: 248),
    ])
    func rejectsInvalidTopicsAndPatterns(_ topic: String) {
        #expect(code { try TopicRules.check(topic: topic) } == .invalidTopic)
        #expect(code { try TopicRules.check(pattern: topic) } == .invalidTopic)
        #expect(code { try TopicRules.check(queue: topic) } == .invalidName)
    }

    @Test(arguments: ["*", ">", "a.*", "*.a", "a.*.b", "a.>", "*.>", "*.*"])
    func acceptsPatternsOnlyWhereAllowed(_ pattern: String) throws {
        try TopicRules.check(pattern: pattern)
        #expect(code { try TopicRules.check(topic: pattern) } == .invalidTopic)
        #expect(TopicPattern(pattern).hasWildcards)
    }

    @Test(arguments: [
        ("*", "a", true), ("*", "a.b", false), (">", "a", true), (">", "a.b.c", true), ("a.*", "a.b", true),
        ("a.*", "a", false), ("a.*", "a.b.c", false), ("a.>", "a", false), ("a.>", "a.b.c", true), ("a.b", "a.b", true),
        ("a.b", "a.bc", false), ("*.b.*", "x.b.y", true), ("*.b.*", "x.c.y", false), ("a", "A", false),
        // A pattern as the topic: whether one pattern covers another.
        ("a.>", "a.*", true), ("a.*", "a.>", false), ("*", "*", true), (">", ">", true),
    ])
    func patternsMatchTopics(_ pattern: String, _ topic: String, _ isMatch: Bool) {
        #expect(TopicPattern(pattern).matches(topic) == isMatch)
    }

    @Test func validatesHeaders() throws {
        try TopicRules.check(headers: [:])
        try TopicRules.check(headers: ["a": "", "A-b_c.d": "ü 😀 \t x", "k": "1", "K": "2"])
        for (name, value) in [
            ("", "v"), ("a b", "v"), ("a:", "v"), ("ä", "v"), ("a\r\n", "v"), ("a", "v\r\nb: c"), ("a", "v\n"),
            ("a", "v\0"), ("a", " v"), ("a", "v\t"), (String(repeating: "a", count: 256), "v"),
        ] {
            var headers = Headers()
            headers.add(name, value)
            let bad = headers
            #expect(code { try TopicRules.check(headers: bad) } == .invalidArgument, "\(name.debugDescription)")
        }
        var many = Headers()
        for number in 0...1024 { many.add("k\(number)", "v") }
        let bad = many
        #expect(code { try TopicRules.check(headers: bad) } == .invalidArgument)
    }

    @Test func optionsRequireTheirFeatures() {
        let all = BrokerFeatures(BrokerFeatures.named.map(\.feature))
        let needs: [(BrokerFeatures, String, String?, (inout SubscribeOptions) -> Void)] = [
            (.wildcards, "a.*", nil, { _ in }), (.queues, "a", "q", { _ in }),
            (.durability, "a", nil, { $0.durableName = "d" }), (.replay, "a", nil, { $0.start = .all }),
            (.acknowledgements, "a", nil, { $0.maxInFlight = 1 }),
            (.acknowledgements, "a", nil, { $0.acknowledgementTimeout = .seconds(1) }),
            (.acknowledgements, "a", nil, { $0.maxAttempts = 1 }),
            (
                .deadLetters, "a", nil,
                {
                    $0.maxAttempts = 1
                    $0.deadLetterTopic = "d"
                }
            ),
        ]
        for (feature, topic, queue, change) in needs {
            var options = SubscribeOptions()
            change(&options)
            let made = options
            #expect(code { try made.validate(topic: topic, queue: queue, for: all, of: "x") } == nil)
            #expect(
                code { try made.validate(topic: topic, queue: queue, for: all.subtracting(feature), of: "x") }
                    == .unsupported)
        }
    }

    @Test func rejectsInvalidOptions() {
        let all = BrokerFeatures(BrokerFeatures.named.map(\.feature))
        let changes: [(MicroError.Code, String?, (inout SubscribeOptions) -> Void)] = [
            (.invalidArgument, nil, { $0.maxBufferedMessages = 0 }),
            (.invalidArgument, nil, { $0.maxBufferedBytes = -1 }),
            (.invalidArgument, nil, { $0.maxInFlight = 0 }), (.invalidArgument, nil, { $0.maxAttempts = 0 }),
            (.invalidArgument, nil, { $0.acknowledgementTimeout = .zero }),
            (.invalidArgument, nil, { $0.deadLetterTopic = "d" }), (.invalidArgument, "q", { $0.durableName = "d" }),
            (.invalidName, "a b", { _ in }), (.invalidName, nil, { $0.durableName = "" }),
            (
                .invalidTopic, nil,
                {
                    $0.maxAttempts = 1
                    $0.deadLetterTopic = "a.*"
                }
            ),
        ]
        for (wanted, queue, change) in changes {
            var options = SubscribeOptions()
            change(&options)
            let made = options
            #expect(code { try made.validate(topic: "a", queue: queue, for: all, of: "x") } == wanted)
        }
        #expect(code { try SubscribeOptions().validate(topic: "a b", queue: nil, for: all, of: "x") } == .invalidTopic)
    }

    private func code(_ body: () throws -> Void) -> MicroError.Code? {
        do { try body() } catch { return (error as? MicroError)?.code }
        return nil
    }
}
