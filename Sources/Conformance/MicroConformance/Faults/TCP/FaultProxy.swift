// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import NIOCore
import NIOPosix
import Synchronization

/// A TCP proxy between a client under test and its backend. It causes network faults.
///
/// ```swift
/// let proxy = try await FaultProxy(to: backend)
/// let registry = try ConsulRegistry(address: proxy.address)
/// proxy.faults = [.blackHole]
/// ```
///
/// It forwards bytes unchanged, including TLS. It buffers at most 1 MiB per direction of a connection, and then stops
/// reading. When a peer disconnects, it additionally buffers what the operating system has already received. It runs on
/// one event loop of SwiftNIO's singleton group.
public final class FaultProxy: Sendable {
    /// The address on which the proxy listens.
    public let address: Address

    private let loop: any EventLoop
    private let core: NIOLoopBound<FaultProxyCore>
    private let meter: TrafficMeter
    private let requestedFaults = Mutex<[NetworkFault]>([])

    /// Listens on a free port, and forwards everything to a server.
    ///
    /// The port is reserved until the proxy is closed, even while it refuses connections.
    ///
    /// - Parameters:
    ///   - upstream: The host and port of the server. The proxy connects to it for each connection of a client; if that
    ///     fails, it resets the connection of the client.
    ///   - host: A loopback IP address. TLS host name verification fails with an address that the certificate does not
    ///     cover, such as 127.0.0.2 on Linux.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for invalid addresses, or `unavailable` if it cannot listen.
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

    /// The faults of current and future connections. Without faults, everything is forwarded.
    ///
    /// Faults are active when the setter returns, or, if it is called on a SwiftNIO event loop, which must not block,
    /// soon afterwards. Bytes that earlier faults retained are forwarded.
    public var faults: [NetworkFault] {
        get { requestedFaults.withLock { $0 } }
        set {
            // Within the lock, so that concurrent setters take effect in their order.
            let done = requestedFaults.withLock { requestedFaults in
                requestedFaults = newValue
                return onLoop { $0.replace(faults: newValue) }
            }
            wait(for: done)
        }
    }

    /// The traffic so far.
    public var traffic: ProxyTraffic { meter.traffic }

    /// Resets all open connections, on both sides.
    public func dropConnections() {
        let loop = loop
        wait(
            for: onLoop { core in
                core.dropConnections()
                return loop.makeSucceededVoidFuture()
            })
    }

    /// Stops listening and ends all connections. Can be called repeatedly.
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
