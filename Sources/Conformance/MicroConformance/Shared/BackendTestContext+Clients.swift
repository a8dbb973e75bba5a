// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A client with the addresses of two proxies, one of which refuses connections.
struct FailoverClient<Client: Sendable>: Sendable {
    let client: Client
    private let first: FaultProxy
    private let second: FaultProxy

    fileprivate init(_ client: Client, first: FaultProxy, second: FaultProxy) {
        self.client = client
        self.first = first
        self.second = second
    }

    /// Lets the first address work, and the second one fail with its open connections.
    func switchAddresses() {
        first.faults = []
        second.faults = [.refuse]
        second.dropConnections()
    }
}

extension BackendTestContext {
    /// Creates a client with two addresses, the first of which refuses connections.
    func makeFailoverClient() async throws -> FailoverClient<Client> {
        let (first, second) = (try await makeProxy(), try await makeProxy())
        first.faults = [.refuse]
        let client = try await makeClient { $0.addresses = [first.address, second.address] }
        return FailoverClient(client, first: first, second: second)
    }

    /// Creates a client with ``CredentialKind/revocable`` behind a proxy.
    func makeRevocableClient(timeout: Duration? = nil) async throws -> (client: Client, proxy: FaultProxy) {
        let proxy = try await makeProxy()
        let client = try await makeClient {
            $0.credentials = .revocable
            $0.addresses = [proxy.address]
            $0.timeout = timeout
        }
        return (client, proxy)
    }
}
