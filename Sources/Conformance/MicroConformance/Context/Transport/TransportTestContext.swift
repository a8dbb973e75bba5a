// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import Synchronization

/// The environment of a transport case: a transport that calls, and a transport that serves.
public final class TransportTestContext: Sendable {
    /// The name of the service of every case.
    static let service = "conformance"

    /// The harness of the adapter under test.
    package let harness: any TransportHarness
    /// The transport that calls.
    package let client: any Transport
    /// The transport that serves.
    package let server: any Transport

    package let backendFixture: BackendFixture

    private let transports: ClientPool<any Transport>
    private let runningListeners = Mutex<[Task<Void, any Error>]>([])

    init(harness: any TransportHarness) async throws {
        let transports = ClientPool<any Transport> { await $0.close() }
        (client, server) = try await transports.makePair {
            try await harness.makeTransport(TransportClientOptions())
        }
        self.harness = harness
        self.transports = transports
        backendFixture = BackendFixture(harness)
    }

    /// Creates another transport. It is closed after the case.
    func makeTransport(_ configure: (inout TransportClientOptions) -> Void = { _ in }) async throws -> any Transport {
        var options = TransportClientOptions()
        configure(&options)
        return transports.add(try await harness.makeTransport(options))
    }

    /// Binds a listener and runs it until the end of the case.
    ///
    /// - Parameters:
    ///   - transport: The transport that serves; ``server`` by default.
    ///   - address: The address to bind to; the address of the harness by default.
    @discardableResult
    func serve(
        by transport: (any Transport)? = nil, at address: Address? = nil,
        _ handler: @escaping TransportHandler = echo, streams: @escaping TransportStreamLookup = { _ in nil }
    ) async throws -> any TransportListener {
        let listener = try await (transport ?? server).bind(to: address ?? harness.bindAddress)
        let task = Task { try await listener.run(handler, streams: streams) }
        runningListeners.withLock { $0.append(task) }
        return listener
    }
}

extension TransportTestContext: ConformanceTestContext {
    package static var catalog: [TransportCase] { TransportCase.all }

    package var bounds: TransportBounds { harness.bounds }

    /// The capabilities of the adapter.
    var capabilities: TransportCapabilities { client.capabilities }

    package var claims: [String] { capabilities.features.names }

    package func cleanUp() async throws {
        await close()
        for task in runningListeners.withLock(\.self) { _ = await task.result }
    }

    package func close() async {
        await transports.closeAll()
        await backendFixture.closeProxies()
    }
}
