// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The listener and the connections of a ``FaultProxy``, confined to its event loop.
final class FaultProxyCore {
    private enum Listener {
        case none
        case opening
        case open(any Channel)
    }

    /// The delay before listening is retried if the port is in use despite its reservation.
    private static let retryDelay = TimeAmount.milliseconds(10)

    private let loop: any EventLoop
    private let upstream: Address
    private let host: String
    private let reservation: PortReservation
    private let meter: TrafficMeter
    private var faults: [NetworkFault] = []
    private var listener = Listener.none
    private var accepted = 0
    private var connections: [Int: ProxiedConnection] = [:]
    private var flaps: [RepeatedTask] = []
    private var isClosed = false

    init(
        to upstream: Address, host: String, _ reservation: PortReservation, _ meter: TrafficMeter,
        on loop: any EventLoop
    ) {
        self.loop = loop
        self.upstream = upstream
        self.host = host
        self.reservation = reservation
        self.meter = meter
    }

    /// Replaces the faults.
    ///
    /// - Returns: A future that completes when they are active.
    func replace(faults: [NetworkFault]) -> EventLoopFuture<Void> {
        guard !isClosed else { return loop.makeSucceededVoidFuture() }
        self.faults = faults
        // Stop listening first, since a client whose connection ends may reconnect immediately.
        let done = updateListener()
        for connection in connections.values { connection.replace(faults: faults) }
        restartFlaps()
        return done
    }

    /// Resets all open connections.
    func dropConnections() {
        for connection in connections.values { connection.finish(.reset) }
    }

    /// Stops listening and ends all connections. Can be called repeatedly.
    func close() -> EventLoopFuture<Void> {
        isClosed = true
        faults = []
        let done = updateListener()
        for connection in connections.values { connection.finish(.close) }
        restartFlaps()
        return done
    }

    // MARK: - Listening

    private var shouldListen: Bool { !isClosed && !faults.contains(where: \.refusesAll) }

    /// Starts or stops listening, according to the faults.
    func updateListener() -> EventLoopFuture<Void> {
        switch listener {
        case .none where shouldListen: return listen()
        case .open(let channel) where !shouldListen:
            listener = .none
            return channel.close().flatMapErrorThrowing { _ in }
        case .none, .opening, .open: return loop.makeSucceededVoidFuture()
        }
    }

    private func listen() -> EventLoopFuture<Void> {
        listener = .opening
        let bound = NIOLoopBound(self, eventLoop: loop)
        return Loopback.listen(host: host, port: reservation.port, on: loop, halfClosure: true) { channel in
            try bound.value.accept(channel)
        }.flatMap { channel in
            bound.value.listener = .open(channel)
            // The faults may have changed in the meantime.
            return bound.value.updateListener()
        }.flatMapErrorThrowing { error in
            bound.value.listener = .none
            bound.value.loop.scheduleTask(in: Self.retryDelay) { _ = bound.value.updateListener() }
            throw error
        }
    }

    private func accept(_ channel: any Channel) throws {
        accepted += 1
        let number = accepted
        let connection = ProxiedConnection(
            channel, number: number, faults: faults, upstream: upstream, meter: meter
        ) { [weak self] in
            self?.connections[number] = nil
        }
        try channel.pipeline.syncOperations.addHandlers([ClientMeterHandler(meter), connection.clientHandler])
        connections[number] = connection
        if !shouldListen { connection.finish(.reset) }
    }

    // MARK: - Flapping

    private func restartFlaps() {
        for flap in flaps { flap.cancel() }
        flaps = Set(faults).compactMap { fault -> RepeatedTask? in
            guard case .flap(let interval) = fault.kind else { return nil }
            let pause = max(.milliseconds(1), min(TimeAmount(interval), .hours(24)))
            let bound = NIOLoopBound(self, eventLoop: loop)
            return loop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in bound.value.flap(fault) }
        }
    }

    private func flap(_ fault: NetworkFault) {
        for connection in connections.values where connection.isActive(fault) { connection.finish(.reset) }
    }
}
