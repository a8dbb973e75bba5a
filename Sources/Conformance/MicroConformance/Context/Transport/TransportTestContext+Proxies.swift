// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A listener with a proxy between it and a client.
struct ProxiedListener: Sendable {
    let listener: any TransportListener
    let proxy: FaultProxy
    /// The transport whose connections go through the proxy.
    let client: any Transport
    /// The address that this transport uses to call the listener.
    let address: Address
}

extension TransportTestContext {
    /// Serves calls behind a proxy. Makes one call first, so that the client is connected.
    ///
    /// - Parameter isConnected: Whether to make this call.
    func serveBehindProxy(
        isConnected: Bool = true, _ handler: @escaping TransportHandler = echo
    ) async throws -> ProxiedListener {
        let listener = try await serve(handler)
        let proxy = try await makeProxy(to: listener.address)
        let (client, address) = try await route(through: proxy, to: listener.address)
        if isConnected { try await call(at: address, by: client) }
        return ProxiedListener(listener: listener, proxy: proxy, client: client, address: address)
    }

    /// Creates a proxy in front of a listener to which clients connect directly.
    func makeListenerProxy(to listener: Address) async throws -> FaultProxy {
        guard harness.networkPath == .listener else {
            throw CaseNotRunnable("needs clients that connect to the listener directly (`networkPath`)")
        }
        return try await makeProxy(to: listener)
    }

    private func makeProxy(to listener: Address) async throws -> FaultProxy {
        switch harness.networkPath {
        case .listener: try await backendFixture.makeProxy(to: listener)
        case .server: try await makeProxy()
        case .none: throw CaseNotRunnable(missing: [HarnessHook.networkPath])
        }
    }

    private func route(
        through proxy: FaultProxy, to listener: Address
    ) async throws -> (client: any Transport, address: Address) {
        switch harness.networkPath {
        case .listener: (client, proxy.address)
        case .server: (try await makeTransport { $0.address = proxy.address }, listener)
        case .none: throw CaseNotRunnable(missing: [HarnessHook.networkPath])
        }
    }
}
