// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

@testable import MicroKubernetes

@Suite struct KubernetesTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"), (1_795_882_328_448_889, "2026-11-28T16:12:08.448889Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"), (4_102_444_799_999_999, "2099-12-31T23:59:59.999999Z"),
    ]) func microTimesAreWrittenAndRead(_ microseconds: Int64, _ text: String) {
        let time = ServerTime(microseconds: microseconds)
        #expect(time.microTime == text)
        #expect(ServerTime(rfc3339: text) == time)
    }

    @Test func fractionalSecondsAreOptionalAndTruncated() {
        #expect(ServerTime(rfc3339: "2026-11-28T16:12:08Z")?.microTime == "2026-11-28T16:12:08.000000Z")
        #expect(ServerTime(rfc3339: "2026-11-28T16:12:08.5Z")?.microTime == "2026-11-28T16:12:08.500000Z")
        #expect(ServerTime(rfc3339: "2026-11-28T16:12:08.123456789Z")?.microTime == "2026-11-28T16:12:08.123456Z")
    }

    @Test(arguments: [
        "", "Z", "2026-11-28", "2026-11-28T16:12:08", "2026-11-28T16:12:08+00:00", "2026-13-28T16:12:08Z",
        "2026-11-28T24:12:08Z", "1969-11-28T16:12:08Z", "2026-11-28T16:12:08.Z", "2026-11-28T16:12:08.1.2Z",
        "2026-11-28T16:12:08.1234567890Z", "-026-11-28T16:12:08Z",
    ]) func invalidTimesAreRejected(_ text: String) { #expect(ServerTime(rfc3339: text) == nil) }

    @Test func httpDatesAreRead() {
        #expect(ServerTime(httpDate: "Sat, 28 Nov 2026 22:32:30 GMT")?.microTime == "2026-11-28T22:32:30.000000Z")
        for text in ["", "Sat, 28 Nov 2026 22:32:30", "Sat, 28 Foo 2026 22:32:30 GMT", "28 Nov 2026 22:32:30 GMT"] {
            #expect(ServerTime(httpDate: text) == nil)
        }
    }

    /// Dates with whole seconds are enough to know the server's time to a fraction of a second.
    @Test func serverTimeIsEstimatedWithinAFractionOfASecond() throws {
        let origin = ContinuousClock.now
        let clock = KubernetesClock(origin: origin)
        #expect(clock.time() == nil)
        let start: Int64 = 1_795_882_328_750_000
        for milliseconds in stride(from: 0, through: 3000, by: 50) {
            let instant = origin + .milliseconds(milliseconds)
            let second = (start + Int64(milliseconds) * 1000) / 1_000_000 * 1_000_000
            clock.observe(date: ServerTime(microseconds: second), sent: instant, received: instant)
        }
        let time = try #require(clock.time(at: origin + .seconds(3)))
        #expect(abs(time.microseconds - (start + 3_000_000)) < 60_000)
    }

    @Test func clockFollowsStepOfServerTime() throws {
        let origin = ContinuousClock.now
        let clock = KubernetesClock(origin: origin)
        let times = [ServerTime(microseconds: 5_000_000_000), ServerTime(microseconds: 1_000_000_000)]
        for time in times { clock.observe(date: time, sent: origin, received: origin) }
        #expect(clock.time(at: origin) == ServerTime(microseconds: 1_000_500_000))
    }
}
