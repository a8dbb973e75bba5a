// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// What a case works with, whatever the kind of the adapter: a ``RegistryTestContext``, a ``BrokerTestContext`` or a
/// ``TransportTestContext``.
public protocol ConformanceTestContext: Sendable {
    /// What the adapter promises in numbers.
    associatedtype Bounds: ConformanceBounds

    /// The cases of the contract, in the order of their IDs.
    static var catalog: [ConformanceCase<Self>] { get }

    /// What the adapter promises.
    var bounds: Bounds { get }

    /// The way to the backend.
    var backendFixture: BackendFixture { get }

    /// The names of what the adapter claims.
    var claims: [String] { get }

    /// Removes what the case has left, and closes its clients.
    func cleanUp() async throws

    /// Closes the clients of the case.
    func close() async
}

extension ConformanceTestContext {
    /// A proxy before the backend, which passes everything until it has a fault.
    ///
    /// - Parameter host: The address that it listens at.
    public func makeProxy(host: String = "127.0.0.1") async throws -> FaultProxy {
        try await backendFixture.makeProxy(host: host)
    }

    /// A proxy before the backend that understands HTTP, and passes everything until it has a fault.
    public func makeHTTPProxy() async throws -> HTTPFaultProxy { try await backendFixture.makeHTTPProxy() }

    /// Carries out an action at the backend. The runner has made sure that it can be.
    public func perform(_ action: BackendAction) async throws { try await backendFixture.perform(action) }
}

/// The way of a trial to its backend, and the proxies that it has put before it.
public final class BackendFixture: Sendable {
    private let harness: any ConformanceHarness
    private let proxies = Mutex<[@Sendable () async -> Void]>([])

    init(_ harness: any ConformanceHarness) { self.harness = harness }

    func makeProxy(host: String) async throws -> FaultProxy {
        let proxy = try await FaultProxy(to: try endpoint, host: host)
        proxies.withLock { $0.append { await proxy.close() } }
        return proxy
    }

    /// A proxy before an address that is not the entrance.
    func makeProxy(to address: Address) async throws -> FaultProxy {
        let proxy = try await FaultProxy(to: address)
        proxies.withLock { $0.append { await proxy.close() } }
        return proxy
    }

    func makeHTTPProxy() async throws -> HTTPFaultProxy {
        let proxy = try await HTTPFaultProxy(to: try endpoint)
        proxies.withLock { $0.append { await proxy.close() } }
        return proxy
    }

    func perform(_ action: BackendAction) async throws {
        guard let control = harness.control else {
            throw ConformanceFailure("the harness has no control of the backend")
        }
        try await control.perform(action)
    }

    func closeProxies() async {
        for closeProxy in proxies.withLock(\.self) { await closeProxy() }
    }

    private var endpoint: Address {
        get throws {
            guard let endpoint = harness.endpoint else { throw CaseNotRunnable("hook: entrance") }
            return endpoint.address
        }
    }
}
