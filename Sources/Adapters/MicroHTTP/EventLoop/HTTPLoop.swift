// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// What the connections of an event loop share: tasks that run on it, and one timer for all their deadlines.
final class HTTPLoop: Sendable {
    /// Something with deadlines; told the time again and again, on the event loop.
    protocol Member: AnyObject {
        func check(_ now: ContinuousClock.Instant)
    }

    /// On the event loop.
    private final class Members {
        var all: [ObjectIdentifier: any Member] = [:]
        /// How many calls are in flight.
        var inFlight = 0
        /// Whether one began since the last check.
        var wasBusy = false
        var timer: Scheduled<Void>?
        var isBusy = false
    }

    /// How late a deadline may be noticed, while calls are in flight.
    private static let busyCheckInterval = TimeAmount.milliseconds(20)
    /// The same for what is measured in seconds.
    private static let idleCheckInterval = TimeAmount.seconds(1)

    private static let loops = Mutex<[ObjectIdentifier: HTTPLoop]>([:])

    let executor: HTTPLoopExecutor
    private let members: NIOLoopBound<Members>

    /// The one of an event loop, on which this is called.
    static func of(_ eventLoop: any EventLoop) -> HTTPLoop {
        loops.withLock { loops in
            let id = ObjectIdentifier(eventLoop)
            if let loop = loops[id] { return loop }
            let loop = HTTPLoop(eventLoop)
            loops[id] = loop
            return loop
        }
    }

    private init(_ eventLoop: any EventLoop) {
        executor = HTTPLoopExecutor(eventLoop)
        members = NIOLoopBound(Members(), eventLoop: eventLoop)
    }

    // MARK: - On the event loop

    func add(_ member: any Member) {
        members.value.all[ObjectIdentifier(member)] = member
        if members.value.timer == nil { schedule(busy: false) }
    }

    func remove(_ member: any Member) { members.value.all[ObjectIdentifier(member)] = nil }

    func callDidStart() {
        let members = members.value
        members.inFlight += 1
        members.wasBusy = true
        guard !members.isBusy else { return }
        members.timer?.cancel()
        schedule(busy: true)
    }

    func callDidEnd() { members.value.inFlight -= 1 }

    private func schedule(busy isBusy: Bool) {
        let members = members.value
        members.isBusy = isBusy
        members.timer = self.members.eventLoop.assumeIsolated().scheduleTask(
            in: isBusy ? Self.busyCheckInterval : Self.idleCheckInterval
        ) {
            self.check()
        }
    }

    private func check() {
        let members = members.value
        members.timer = nil
        let now = ContinuousClock.now
        // A member may remove itself meanwhile.
        for member in members.all.values { member.check(now) }
        let isBusy = members.inFlight > 0 || members.wasBusy
        members.wasBusy = false
        // With nobody to look after it rests until somebody comes.
        if isBusy || !members.all.isEmpty { schedule(busy: isBusy) } else { members.isBusy = false }
    }
}
