// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The state that the connections of an event loop share: the executor of their tasks, and one timer for all deadlines.
///
/// It lives as long as one of these connections.
final class HTTPLoop: Sendable {
    /// An object with deadlines, which the loop checks from time to time, on the event loop.
    protocol Member: AnyObject {
        func check(_ now: ContinuousClock.Instant)
    }

    /// The registration of a member. Used on the event loop.
    final class Registration {
        fileprivate private(set) weak var member: (any Member)?
        /// The position among those with a call in flight; nil without one.
        fileprivate var position: Int?

        fileprivate init(_ member: any Member) { self.member = member }
    }

    /// Used on the event loop.
    private final class State {
        var all: [ObjectIdentifier: Registration] = [:]
        /// The members with a call or a stream in flight, without an order: adding and removing one takes no hash.
        var inFlight: [Registration] = []
        /// Whether a call began since the last check.
        var hasBegun = false
        var timer: Scheduled<Void>?
        var isBusy = false
        var nextFullCheck = ContinuousClock.now
    }

    /// The maximum delay until a passed deadline of a call is noticed.
    private static let busyCheckInterval = TimeAmount.milliseconds(20)
    /// The same for limits on idle connections, which are measured in seconds.
    private static let fullCheckInterval = TimeAmount.seconds(1)

    private struct WeakLoop {
        weak var loop: HTTPLoop?
    }

    private static let loops = Mutex<[ObjectIdentifier: WeakLoop]>([:])

    let executor: HTTPLoopExecutor
    private let eventLoop: any EventLoop
    private let state: NIOLoopBound<State>

    /// The loop of an event loop. Called on the event loop.
    static func of(_ eventLoop: any EventLoop) -> HTTPLoop {
        loops.withLock { loops in
            let id = ObjectIdentifier(eventLoop)
            if let loop = loops[id]?.loop { return loop }
            let loop = HTTPLoop(eventLoop)
            loops[id] = WeakLoop(loop: loop)
            return loop
        }
    }

    private init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        executor = HTTPLoopExecutor(eventLoop)
        state = NIOLoopBound(State(), eventLoop: eventLoop)
    }

    deinit {
        Self.loops.withLock { loops in
            // A new loop may have taken the place.
            let id = ObjectIdentifier(eventLoop)
            if loops[id]?.loop == nil { loops[id] = nil }
        }
        executor.shutDown()
    }

    // MARK: - On the event loop

    func add(_ member: any Member) -> Registration {
        let registration = Registration(member)
        state.value.all[ObjectIdentifier(registration)] = registration
        if state.value.timer == nil { schedule(busy: false) }
        return registration
    }

    func remove(_ registration: Registration) {
        state.value.all[ObjectIdentifier(registration)] = nil
        callDidEnd(registration)
    }

    /// The member has a call or a stream in flight from now on.
    func callDidStart(_ registration: Registration) {
        let state = state.value
        registration.position = state.inFlight.count
        state.inFlight.append(registration)
        state.hasBegun = true
        guard !state.isBusy else { return }
        state.timer?.cancel()
        schedule(busy: true)
    }

    /// The call or stream has ended, if there was one.
    func callDidEnd(_ registration: Registration) {
        guard let position = registration.position, let last = state.value.inFlight.popLast() else { return }
        registration.position = nil
        guard last !== registration else { return }
        state.value.inFlight[position] = last
        last.position = position
    }

    private func schedule(busy isBusy: Bool) {
        let state = state.value
        state.isBusy = isBusy
        state.timer = eventLoop.assumeIsolated().scheduleTask(
            in: isBusy ? Self.busyCheckInterval : Self.fullCheckInterval
        ) {
            self.check()
        }
    }

    private func check() {
        let state = state.value
        state.timer = nil
        let now = ContinuousClock.now
        let isFullCheck = now >= state.nextFullCheck
        if isFullCheck { state.nextFullCheck = now + .nanoseconds(Self.fullCheckInterval.nanoseconds) }
        let due = isFullCheck ? Array(state.all.values) : state.inFlight
        for registration in due { registration.member?.check(now) }
        let isBusy = !state.inFlight.isEmpty || state.hasBegun
        state.hasBegun = false
        // Without members there is no timer.
        if isBusy || !state.all.isEmpty { schedule(busy: isBusy) } else { state.isBusy = false }
    }
}
