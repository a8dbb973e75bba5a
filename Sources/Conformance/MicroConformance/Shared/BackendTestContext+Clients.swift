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

    /// Makes the first address available, and the second one fail together with its open connections.
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
        return FailoverClient(
            try await makeClient(of: [first.address, second.address]), first: first, second: second)
    }

    /// Creates a client with several addresses. If the harness does not support them, the case is not runnable.
    func makeClient(of addresses: [Address]) async throws -> Client {
        do { return try await makeClient { $0.addresses = addresses } } catch let error as MicroError
            where error.code == .unsupported
        {
            throw CaseNotRunnable("needs a client with \(addresses.count) addresses: \(error.message)")
        }
    }

    /// Runs the first operation of a client with two addresses. Its failure explains what an adapter with one address
    /// must do.
    func expectFailover(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as MicroError {
            throw ConformanceFailure(
                "expected that the client uses the second address, because the first one refuses connections; found "
                    + "\(error). If the adapter takes one address only, let `makeClient` throw `unsupported` for more than "
                    + "one in `addresses`: the case is then not runnable")
        }
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
