// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import TestServers
import Testing

@Suite struct LoggingTests {
    @Test func throttleAdmitsOneEventPerIntervalAndCountsTheOthers() {
        let throttle = LogThrottle(interval: .seconds(10))
        let start = ContinuousClock.now
        #expect(throttle.admit(at: start) == 0)
        for second in 1...9 { #expect(throttle.admit(at: start + .seconds(second)) == nil) }
        #expect(throttle.admit(at: start + .seconds(10)) == 9)
        #expect(throttle.admit(at: start + .seconds(11)) == nil)
        #expect(throttle.admit(at: start + .seconds(30)) == 1)
    }

    @Test func repeatedWarningIsLoggedAtDebug() {
        let (log, throttle) = (LogRecorder(), LogThrottle(interval: .seconds(600)))
        for number in 1...3 { log.logger.warning("retrying", throttle: throttle, metadata: ["attempt": "\(number)"]) }
        #expect(log.text.map { $0.prefix { $0 != " " } } == ["warning", "debug", "debug"])
        #expect(log.has("debug retrying", "3"))
    }

    @Test func componentHasALabelUnlessALoggerIsInScope() {
        #expect(Logger.component("nats").label == "micro.nats")
        let own = Logger(label: "own") { _ in SwiftLogNoOpLogHandler() }
        withLogger(own) { _ in #expect(Logger.component("nats").label == "own") }
    }
}
