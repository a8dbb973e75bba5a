// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import NIOCore
import NIOPosix
import Synchronization

/// A TCP proxy between a client under test and its backend, which makes the network between them as bad as wanted.
///
/// ```swift
/// let proxy = try await FaultProxy(to: backend)
/// let registry = try await harness.makeClient(through: proxy.address)
/// proxy.faults = [.blackHole]
/// ```
///
/// It passes bytes on as they are, TLS too. What it holds back is limited to 1 MiB in each direction of a connection:
/// then it stops reading, but for what is left in the buffers of the system when a peer leaves. All of it runs on one
/// event loop of SwiftNIO's.
public final class FaultProxy: Sendable {
    /// Where it listens.
    public let address: Address

    private let loop: any EventLoop
    private let core: NIOLoopBound<FaultProxyCore>
    private let meter: TrafficMeter
    private let requestedFaults = Mutex<[NetworkFault]>([])

    /// Listens at a free port before the server at `upstream`, and passes everything.
    ///
    /// The port stays its own until it is closed, also while it refuses connections.
    ///
    /// - Parameters:
    ///   - upstream: A host and a port. It is connected to for each connection of a client; where that fails, the
    ///     client sees a reset.
    ///   - host: An IP address of the loopback. One besides 127.0.0.1, such as 127.0.0.2 on Linux, lets the check of a
    ///     TLS host name fail.
    /// - Throws: ``MicroError`` with `invalidArgument` for other addresses, `unavailable` if it cannot listen.
    public init(to upstream: Address, host: String = "127.0.0.1") async throws {
        try Loopback.check(host: host, upstream: upstream)
        let reservation = try PortReservation(host: host)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let meter = TrafficMeter()
        address = Address(host: host, port: reservation.port)
        self.loop = loop
        self.meter = meter
        core = try await loop.submit {
            let core = FaultProxyCore(to: upstream, host: host, reservation, meter, on: loop)
            return NIOLoopBound(core, eventLoop: loop)
        }.get()
        do {
            try await onLoop { $0.updateListener() }.get()
        } catch {
            throw MicroError(
                .unavailable, "a fault proxy cannot listen at \(host)", origin: MicroError.Origin.transport,
                cause: error)
        }
    }

    deinit { _ = onLoop { $0.close() } }

    /// The faults in force, on the connections that are open and those that come. None passes everything.
    ///
    /// They are in force when the setter returns (on an event loop of SwiftNIO's, which must not wait: soon after).
    /// What earlier ones held back flows on.
    public var faults: [NetworkFault] {
        get { requestedFaults.withLock { $0 } }
        set {
            // Within the lock, so that those set last are in force at last.
            let done = requestedFaults.withLock { requestedFaults in
                requestedFaults = newValue
                return onLoop { $0.replace(faults: newValue) }
            }
            wait(for: done)
        }
    }

    /// What has passed so far.
    public var traffic: ProxyTraffic { meter.traffic }

    /// Ends all open connections by a reset, on both sides.
    public func dropConnections() {
        let loop = loop
        wait(
            for: onLoop { core in
                core.dropConnections()
                return loop.makeSucceededVoidFuture()
            })
    }

    /// Stops listening and ends all connections. May be called again.
    public func close() async { try? await onLoop { $0.close() }.get() }

    private func onLoop(
        _ action: @escaping @Sendable (FaultProxyCore) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<Void> {
        let core = core
        return loop.flatSubmit { action(core.value) }
    }

    private func wait(for done: EventLoopFuture<Void>) {
        guard MultiThreadedEventLoopGroup.currentEventLoop == nil else { return }
        try? done.wait()
    }
}
