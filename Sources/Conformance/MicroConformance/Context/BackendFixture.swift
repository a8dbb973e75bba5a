// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The backend of one case: its control, and the proxies that the case has put in front of it.
package final class BackendFixture: Sendable {
    private let harness: any ConformanceHarness
    private let proxies = Mutex<[@Sendable () async -> Void]>([])

    init(_ harness: any ConformanceHarness) { self.harness = harness }

    func makeProxy(host: String) async throws -> FaultProxy {
        keep(try await FaultProxy(to: try endpoint, host: host)) { await $0.close() }
    }

    /// Creates a proxy in front of an address other than the endpoint.
    func makeProxy(to address: Address) async throws -> FaultProxy {
        keep(try await FaultProxy(to: address)) { await $0.close() }
    }

    func makeHTTPProxy() async throws -> HTTPFaultProxy {
        keep(try await HTTPFaultProxy(to: try endpoint)) { await $0.close() }
    }

    func perform(_ action: BackendAction) async throws {
        guard let control = harness.control else { throw CaseNotRunnable(missing: [action]) }
        try await control.perform(action)
    }

    func closeProxies() async {
        for closeProxy in proxies.withLock(\.self) { await closeProxy() }
    }

    private func keep<Proxy: Sendable>(_ proxy: Proxy, _ close: @escaping @Sendable (Proxy) async -> Void) -> Proxy {
        proxies.withLock { $0.append { await close(proxy) } }
        return proxy
    }

    private var endpoint: Address {
        get throws {
            guard let endpoint = harness.endpoint else { throw CaseNotRunnable(missing: [HarnessHook.endpoint]) }
            return endpoint.address
        }
    }
}
