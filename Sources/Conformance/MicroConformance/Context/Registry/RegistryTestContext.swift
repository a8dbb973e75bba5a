// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import Synchronization

/// The environment of a registry case: two independent clients in a namespace that no other case uses.
public final class RegistryTestContext: Sendable {
    /// The harness of the adapter under test.
    package let harness: any RegistryHarness
    /// The namespace, new for each case.
    package let namespace: String
    /// The client that registers, in most cases.
    package let writer: any Registry
    /// The client that reads and watches, in most cases.
    package let reader: any Registry

    package let backendFixture: BackendFixture

    private let clients: ClientPool<any Registry>
    private let recorders = Mutex<[WatchRecorder]>([])
    /// Actions that remove records outside the namespace of the case, by the IDs of their nodes.
    private let cleanupActions = Mutex<[[String]: @Sendable () async throws -> Void]>([:])

    init(harness: any RegistryHarness, namespace: String) async throws {
        let clients = ClientPool<any Registry> { await $0.close() }
        (writer, reader) = try await clients.makePair {
            try await harness.makeClient(RegistryClientOptions(namespace: namespace))
        }
        self.harness = harness
        self.namespace = namespace
        self.clients = clients
        backendFixture = BackendFixture(harness)
    }
}

extension RegistryTestContext: BackendTestContext {
    package static var catalog: [RegistryCase] { RegistryCase.all }

    package var bounds: RegistryBounds { harness.bounds }

    package var claims: [String] { writer.capabilities.names }

    package var secrets: [String] { harness.secrets }

    package func makeClient(_ configure: (inout RegistryClientOptions) -> Void = { _ in }) async throws -> any Registry
    {
        var options = RegistryClientOptions(namespace: namespace)
        configure(&options)
        return clients.add(try await harness.makeClient(options))
    }

    package func cleanUp() async throws {
        for recorder in recorders.withLock(\.self) { await recorder.stop() }
        let cleanupClient = try await makeClient()
        for name in try await cleanupClient.list() {
            for record in try await cleanupClient.lookUp(name) { try await cleanupClient.deregister(record) }
        }
        for cleanup in cleanupActions.withLock({ Array($0.values) }) {
            // A client that the case has closed used the namespace, which is now empty.
            do { try await cleanup() } catch let error as MicroError where error.code == .closed {}
        }
        await close()
    }

    package func close() async {
        await clients.closeAll()
        await backendFixture.closeProxies()
    }
}

extension RegistryTestContext {
    /// Records every state of a watch.
    package func record(_ watch: RegistryWatch) -> WatchRecorder {
        let recorder = WatchRecorder(watch)
        recorders.withLock { $0.append(recorder) }
        return recorder
    }

    /// Registers a record for a minute, or for the time to live of the bounds if that is longer, so that it does not
    /// expire during a case.
    @discardableResult
    package func register(_ record: ServiceRecord, by client: (any Registry)? = nil) async throws -> RegisterOutcome {
        if let client { scheduleDeregistration(of: record) { try await client.deregister(record) } }
        let timeToLive = max(bounds.expiry.timeToLive, .seconds(60))
        let outcome = try await (client ?? writer).register(record, timeToLive: timeToLive)
        // Backends in memory never suspend: without this, thousands of registrations would delay all other tasks.
        await Task.yield()
        return outcome
    }

    /// Schedules the removal of a record after the case, regardless of the outcome.
    func scheduleDeregistration(of record: ServiceRecord, by deregister: @escaping @Sendable () async throws -> Void) {
        cleanupActions.withLock { $0[record.nodes.map(\.id)] = deregister }
    }
}
