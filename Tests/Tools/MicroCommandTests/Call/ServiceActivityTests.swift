// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import MicroCommand

@Suite struct ServiceActivityTests {
    private typealias Bucket = EndpointActivity.Bucket

    /// A sample of a service with nodes that have one endpoint.
    private func sample(
        at seconds: Int, uptime: Double = 100, _ nodes: [String: [Bucket]], calls: Int? = nil, errors: Int = 0
    ) -> ActivitySample {
        let activity = nodes.mapValues { buckets in
            EndpointActivity(
                uptime: uptime,
                endpoints: [
                    "E": .init(
                        calls: calls ?? buckets.reduce(0) { $0 + $1.calls }, errors: errors, inFlight: 1,
                        histogram: buckets)
                ])
        }
        let service = ActivitySample.Service(nodes: nodes.keys.sorted(), activity: activity)
        return ActivitySample(time: Self.start + .seconds(seconds), services: ["svc": service])
    }

    private static let start = ContinuousClock.now

    /// Slow calls before the first sample do not count in the second one.
    @Test func percentilesAreThoseOfTheInterval() throws {
        let slow = Bucket(upTo: 2, calls: 1000)
        let first = sample(at: 0, ["a": [slow], "b": [slow]])
        let second = sample(
            at: 2, uptime: 102,
            [
                "a": [Bucket(upTo: 0.001, calls: 50), slow],
                "b": [Bucket(upTo: 0.002, calls: 48), Bucket(upTo: 2, calls: 1002)],
            ],
            errors: 25)
        let activity = try #require(second.activity(since: first).first)
        #expect(activity.rate == 50 && activity.errorRatio == 0.5 && activity.inFlight == 2)
        #expect(activity.p50 == 0.001 && activity.p99 == 2, "\(activity)")
        let total = try #require(second.activity(since: nil).first)
        #expect(total.rate == nil && total.p50 == 2)
    }

    @Test func intervalWithoutCallsHasNoPercentiles() throws {
        let first = sample(at: 0, ["a": [Bucket(upTo: 1, calls: 3)]])
        let activity = try #require(first.activity(since: first).first)
        #expect(activity.rate == 0 && activity.p50 == nil && activity.p99 == nil && activity.errorRatio == nil)
    }

    @Test func restartedNodeCountsFromZero() throws {
        let first = sample(at: 0, uptime: 100, ["a": [Bucket(upTo: 1, calls: 500)]])
        let second = sample(at: 1, uptime: 1, ["a": [Bucket(upTo: 0.5, calls: 10)]])
        let activity = try #require(second.activity(since: first).first)
        #expect(activity.rate == 10 && activity.p50 == 0.5)
    }

    @Test func absurdCountsOfANodeDoNotTrap() throws {
        let first = sample(at: 0, ["a": [Bucket(upTo: 1, calls: .min)]], calls: .max, errors: .min)
        let second = sample(at: 1, ["a": [Bucket(upTo: .infinity, calls: .max)], "b": []], calls: .min, errors: .max)
        for (sample, earlier) in [(first, second), (second, first), (second, nil)] {
            _ = try #require(sample.activity(since: earlier).first)
        }
    }
}
