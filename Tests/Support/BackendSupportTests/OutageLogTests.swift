// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import TestServers
import Testing

@Suite struct OutageLogTests {
    private let log = LogRecorder()
    private let unreachable = MicroError(.unavailable, "cannot reach it")

    private var lines: [String] { log.text.map { $0.split(separator: "[")[0].trimmingSuffix(while: \.isWhitespace) } }

    @Test func outageAndItsEndHaveOneLevelAndFurtherFailuresAreDebug() {
        let outages = OutageLog("Consul", logger: log.logger)
        #expect(!outages.recover())
        for _ in 0..<3 { outages.fail(unreachable) }
        #expect(outages.recover("http://a") && !outages.recover())
        #expect(
            lines == [
                "warning disconnected from Consul; reconnecting", "debug disconnected from Consul; reconnecting",
                "debug disconnected from Consul; reconnecting", "warning reconnected to Consul",
            ])
        #expect(log.has("warning reconnected", "http://a", "after"))
    }

    @Test func outagesInQuickSuccessionAreDebug() {
        let outages = OutageLog("NATS", logger: log.logger, throttle: LogThrottle(interval: .seconds(600)))
        for _ in 0..<2 {
            outages.fail(unreachable)
            outages.recover()
        }
        #expect(
            lines == [
                "warning disconnected from NATS; reconnecting", "warning reconnected to NATS",
                "debug disconnected from NATS; reconnecting", "debug reconnected to NATS",
            ])
    }

    @Test func refusedWatchIsNoOutage() {
        let outages = OutageLog("etcd", logger: log.logger)
        for _ in 0..<2 { outages.failWatch(of: "svc", MicroError(.permissionDenied, "no")) }
        #expect(lines == ["warning etcd refused a watch", "debug etcd refused a watch"])
        #expect(!outages.recover())
        outages.failWatch(of: "svc", unreachable)
        #expect(outages.recover())
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var text = String(self)
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
