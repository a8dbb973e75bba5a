// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import NIOCore
import NIOPosix

/// An HTTP/1.1 proxy between a client under test and its backend. It causes faults of responses.
///
/// ```swift
/// let proxy = try await HTTPFaultProxy(to: backend)
/// let registry = try ConsulRegistry(address: proxy.address)
/// proxy.faults = [.status(503)]
/// ```
///
/// It forwards everything else unchanged, and does not buffer streams. Each connection of a client has a connection to
/// the server, and both end together; if the server cannot be reached, the connection of the client is reset. It
/// supports neither TLS nor upgrades. For faults of the network, chain it with a ``FaultProxy``.
public final class HTTPFaultProxy: Sendable {
    /// The address on which the proxy listens.
    public let address: Address

    private let loop: any EventLoop
    private let core: NIOLoopBound<HTTPFaultProxyCore>
    private let planner: HTTPFaultPlanner
    private let log: HTTPRequestLog
    private let meter: TrafficMeter

    /// Listens on a free port, and forwards everything to a server.
    ///
    /// - Parameters:
    ///   - upstream: The host and port of the server.
    ///   - host: A loopback IP address.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for invalid addresses, or `unavailable` if it cannot listen.
    public init(to upstream: Address, host: String = "127.0.0.1") async throws {
        try Loopback.check(host: host, upstream: upstream)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (planner, log, meter) = (HTTPFaultPlanner(), HTTPRequestLog(), TrafficMeter())
        let core = try await loop.submit {
            NIOLoopBound(HTTPFaultProxyCore(to: upstream, planner, log, meter, on: loop), eventLoop: loop)
        }.get()
        do {
            address = Address(host: host, port: try await loop.flatSubmit { core.value.listen(host: host) }.get())
        } catch {
            throw MicroError(
                .unavailable, "a fault proxy cannot listen at \(host)", origin: MicroError.Origin.transport,
                cause: error)
        }
        self.loop = loop
        self.core = core
        self.planner = planner
        self.log = log
        self.meter = meter
    }

    deinit { _ = endAll() }

    /// The faults of future requests. Without faults, everything is forwarded. Setting them, even to the same value,
    /// resets the counts of ``HTTPFault/maxRequests``. Requests in flight are not affected.
    public var faults: [HTTPFault] {
        get { planner.faults }
        set { planner.faults = newValue }
    }

    /// The latest 10,000 requests, in their order.
    public var requests: [Request] { log.requests }

    /// The number of requests so far.
    public var requestCount: Int { log.count }

    /// The number of requests at or after an instant, among those in ``requests``: a result of 10,000 may mean more.
    public func requestCount(since instant: ContinuousClock.Instant) -> Int { log.count(since: instant) }

    /// The traffic so far.
    public var traffic: ProxyTraffic { meter.traffic }

    /// Stops listening and ends all connections. Can be called repeatedly.
    public func close() async { try? await endAll().get() }

    private func endAll() -> EventLoopFuture<Void> {
        let core = core
        return loop.flatSubmit { core.value.close() }
    }
}
