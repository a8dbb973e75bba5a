// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The environment of one case: clients, proxies and expectations, for adapters of every kind.
package protocol ConformanceTestContext: Sendable {
    /// The limits that the adapter guarantees.
    associatedtype Bounds: ConformanceBounds

    /// The cases of the contract, in the order of their IDs.
    static var catalog: [ConformanceCase<Self>] { get }

    /// The limits that the adapter guarantees.
    var bounds: Bounds { get }

    /// The proxies and the control of the backend.
    var backendFixture: BackendFixture { get }

    /// The names of the capabilities that the adapter claims.
    var claims: [String] { get }

    /// Removes everything that the case created, and closes its clients.
    func cleanUp() async throws

    /// Closes the clients of the case.
    func close() async
}

extension ConformanceTestContext {
    /// Creates a proxy in front of the backend, without faults.
    ///
    /// - Parameter host: The address on which the proxy listens.
    func makeProxy(host: String = "127.0.0.1") async throws -> FaultProxy {
        try await backendFixture.makeProxy(host: host)
    }

    /// Creates an HTTP proxy in front of the backend, without faults.
    func makeHTTPProxy() async throws -> HTTPFaultProxy { try await backendFixture.makeHTTPProxy() }

    /// Performs an action on the backend. The runner has checked that the harness's ``BackendControl`` supports it.
    func perform(_ action: BackendAction) async throws { try await backendFixture.perform(action) }
}
