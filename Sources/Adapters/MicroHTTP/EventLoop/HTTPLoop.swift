// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The state that the connections of an event loop share: the executor of their tasks, and one timer for all deadlines.
///
/// It exists as long as one of these connections. References to it and to its members are strong, because weak references
/// would slow down each call.
final class HTTPLoop: Sendable {
    /// An object with deadlines, which the loop checks from time to time, on the event loop.
    protocol Member: AnyObject {
        func check(_ now: ContinuousClock.Instant)
    }

    /// The registration of a member. Used on the event loop.
    final class Registration {
        fileprivate let member: any Member
        /// The position among the members with a call in flight; nil without a call.
        fileprivate var position: Int?

        fileprivate init(_ member: any Member) { self.member = member }
    }

    /// Used on the event loop.
    private final class State {
        var all: [ObjectIdentifier: Registration] = [:]
        /// The members with a call or the handler of a stream in flight, in no particular order, so that adding and
        /// removing a member needs no hash.
        var inFlight: [Registration] = []
        /// Whether a call began since the last check.
        var hasBegun = false
        var timer: Scheduled<Void>?
        var isBusy = false
        var nextFullCheck = ContinuousClock.now
    }

    /// The maximum delay until the expired deadline of a call is noticed.
    private static let busyCheckInterval = TimeAmount.milliseconds(20)
    /// The maximum delay for limits on idle connections, which are measured in seconds.
    private static let fullCheckInterval = TimeAmount.seconds(1)

    /// The loops with members, by event loop.
    private static let loops = Mutex<[ObjectIdentifier: HTTPLoop]>([:])

    let executor: HTTPLoopExecutor
    private let eventLoop: any EventLoop
    private let state: NIOLoopBound<State>

    /// The loop of an event loop. Called on the event loop.
    static func of(_ eventLoop: any EventLoop) -> HTTPLoop {
        loops.withLock { $0[ObjectIdentifier(eventLoop)] } ?? HTTPLoop(eventLoop)
    }

    private init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        executor = HTTPLoopExecutor(eventLoop)
        state = NIOLoopBound(State(), eventLoop: eventLoop)
    }

    deinit { executor.shutDown() }

    // MARK: - On the event loop

    /// Adds a member, which the loop retains until ``remove(_:)``.
    func add(_ member: any Member) -> Registration {
        let registration = Registration(member)
        if state.value.all.isEmpty { Self.loops.withLock { $0[ObjectIdentifier(eventLoop)] = self } }
        state.value.all[ObjectIdentifier(registration)] = registration
        if state.value.timer == nil { schedule(busy: false) }
        return registration
    }

    func remove(_ registration: Registration) {
        state.value.all[ObjectIdentifier(registration)] = nil
        callDidEnd(registration)
        guard state.value.all.isEmpty else { return }
        Self.loops.withLock { loops in
            // Another loop may have taken the place.
            let id = ObjectIdentifier(eventLoop)
            if loops[id] === self { loops[id] = nil }
        }
    }

    /// Records that the member has a call or a stream in flight.
    func callDidStart(_ registration: Registration) {
        let state = state.value
        registration.position = state.inFlight.count
        state.inFlight.append(registration)
        state.hasBegun = true
        guard !state.isBusy else { return }
        state.timer?.cancel()
        schedule(busy: true)
    }

    /// Records that the call or stream has ended, if there was one.
    func callDidEnd(_ registration: Registration) {
        guard let position = registration.position else { return }
        registration.position = nil
        let state = state.value
        let last = state.inFlight.removeLast()
        guard last !== registration else { return }
        state.inFlight[position] = last
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
        for registration in due { registration.member.check(now) }
        let isBusy = !state.inFlight.isEmpty || state.hasBegun
        state.hasBegun = false
        // Without members, there is no timer.
        if isBusy || !state.all.isEmpty { schedule(busy: isBusy) } else { state.isBusy = false }
    }
}
