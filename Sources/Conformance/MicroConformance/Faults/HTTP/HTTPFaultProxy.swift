// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import NIOCore
import NIOPosix

/// An HTTP/1.1 proxy between a client under test and its backend, which answers as badly as wanted.
///
/// ```swift
/// let proxy = try await HTTPFaultProxy(to: backend)
/// let registry = try await harness.makeClient(through: proxy.address)
/// proxy.faults = [.status(503)]
/// ```
///
/// What no fault concerns it passes on unchanged, streams piece by piece. Each connection of a client has one to the
/// server behind it, and both end together; one that cannot be made resets the client's. It knows neither TLS nor
/// upgrades. For faults of the network put a ``FaultProxy`` before it or behind it.
public final class HTTPFaultProxy: Sendable {
    /// Where it listens.
    public let address: Address

    private let loop: any EventLoop
    private let core: NIOLoopBound<HTTPFaultProxyCore>
    private let planner: HTTPFaultPlanner
    private let log: HTTPRequestLog
    private let meter: TrafficMeter

    /// Listens at a free port before the server at `upstream`, and passes everything.
    ///
    /// - Parameters:
    ///   - upstream: A host and a port.
    ///   - host: An IP address of the loopback.
    /// - Throws: ``MicroError`` with `invalidArgument` for other addresses, `unavailable` if it cannot listen.
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

    /// The faults in force, for the requests that come from now on. None passes everything. Setting them, even to the
    /// same, starts the counts of ``HTTPFault/first`` again. A request on its way keeps what it has met.
    public var faults: [HTTPFault] {
        get { planner.faults }
        set { planner.faults = newValue }
    }

    /// The requests that came, in order; the last 10,000 of them.
    public var requests: [Request] { log.requests }

    /// How many requests have come.
    public var requestCount: Int { log.count }

    /// How many requests have come at or after an instant, as far as ``requests`` reaches: 10,000 may mean more.
    public func requestCount(since instant: ContinuousClock.Instant) -> Int { log.count(since: instant) }

    /// What has passed so far.
    public var traffic: ProxyTraffic { meter.traffic }

    /// Stops listening and ends all connections. May be called again.
    public func close() async { try? await endAll().get() }

    private func endAll() -> EventLoopFuture<Void> {
        let core = core
        return loop.flatSubmit { core.value.close() }
    }
}
