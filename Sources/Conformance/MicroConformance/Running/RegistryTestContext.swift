// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import Synchronization

/// What a case works with: two independent clients in a namespace of their own, the bounds, and ways to wait.
public final class RegistryTestContext: ConformanceTestContext {
    /// The registry contract.
    public static var catalog: [RegistryCase] { RegistryCase.all }

    /// What the case is run against.
    public let harness: any RegistryHarness
    /// Fresh for each case.
    public let namespace: String
    /// The client that writes, most often.
    public let a: any Registry
    /// The client that reads, most often.
    public let b: any Registry

    private let clients: Mutex<[any Registry]>
    private let recorders = Mutex<[WatchRecorder]>([])
    /// How to remove what may not be in the namespace of the case, by the IDs of the nodes.
    private let cleanupActions = Mutex<[[String]: @Sendable () async throws -> Void]>([:])

    /// The way to the backend.
    public let backendFixture: BackendFixture

    /// What the adapter promises.
    public var bounds: RegistryBounds { harness.bounds }

    /// The names of its capabilities.
    public var claims: [String] { a.capabilities.names }

    init(harness: any RegistryHarness, namespace: String) async throws {
        let a = try await harness.makeClient(RegistryClientOptions(namespace: namespace))
        do {
            b = try await harness.makeClient(RegistryClientOptions(namespace: namespace))
        } catch {
            await a.close()
            throw error
        }
        self.harness = harness
        self.namespace = namespace
        self.a = a
        clients = Mutex([a, b])
        backendFixture = BackendFixture(harness)
    }

    /// One more client.
    public func makeClient(_ change: (inout RegistryClientOptions) -> Void = { _ in }) async throws -> any Registry {
        var options = RegistryClientOptions(namespace: namespace)
        change(&options)
        let client = try await harness.makeClient(options)
        clients.withLock { $0.append(client) }
        return client
    }

    /// Keeps every state of a watch.
    public func record(_ watch: RegistryWatch) -> WatchRecorder {
        let recorder = WatchRecorder(watch)
        recorders.withLock { $0.append(recorder) }
        return recorder
    }

    /// Removes what the case has registered in its namespace, and closes its clients.
    public func cleanUp() async throws {
        for recorder in recorders.withLock(\.self) { await recorder.stop() }
        let cleanupClient = try await harness.makeClient(RegistryClientOptions(namespace: namespace))
        clients.withLock { $0.append(cleanupClient) }
        for name in try await cleanupClient.list() {
            for record in try await cleanupClient.lookUp(name) { try await cleanupClient.deregister(record) }
        }
        for cleanup in cleanupActions.withLock({ Array($0.values) }) {
            // A client that its case has closed worked in the namespace, which has been swept.
            do { try await cleanup() } catch let error as MicroError where error.code == .closed {}
        }
        await close()
    }

    /// Has what a go-micro peer registers removed after the case, whatever becomes of it.
    func scheduleDeregistration(_ record: ServiceRecord, at peer: any GoMicroPeer) {
        cleanupActions.withLock { $0[record.nodes.map(\.id)] = { try await peer.deregister(record) } }
    }

    fileprivate func scheduleDeregistration(_ record: ServiceRecord, by client: any Registry) {
        cleanupActions.withLock { $0[record.nodes.map(\.id)] = { try await client.deregister(record) } }
    }

    /// Closes the clients of the case.
    public func close() async {
        for client in clients.withLock(\.self) { await client.close() }
        await backendFixture.closeProxies()
    }
}

extension RegistryTestContext {
    /// A record with one node, valid for every backend. The node's ID is unique in the namespace.
    public func record(
        _ name: String = "svc", version: String = "1.0.0", node: String = "a", port: Int? = 8080,
        metadata: [String: String] = [:]
    ) -> ServiceRecord {
        ServiceRecord(
            name: name, version: version, metadata: ["owner": "conformance"],
            endpoints: [
                Endpoint(
                    name: "Greeter.Hello",
                    request: ValueShape(
                        name: "Request", type: "Request", values: [ValueShape(name: "name", type: "string")]),
                    response: ValueShape(name: "Response", type: "Response"), metadata: ["stream": "false"])
            ],
            nodes: [
                Node(
                    id: nodeID(name, node), address: "10.0.0.1", port: port,
                    metadata: metadata.merging(["region": "eu"]) { $1 })
            ])
    }

    /// The ID that ``record(_:version:node:port:metadata:)`` gives a node: unique in the backend, too.
    public func nodeID(_ name: String, _ node: String) -> String { "\(name.prefix(100))-\(node)-\(namespace)" }

    /// Registers for a minute, or the time to live of the bounds if that is longer: for the whole of a case.
    @discardableResult
    public func register(_ record: ServiceRecord, by client: (any Registry)? = nil) async throws -> RegisterOutcome {
        if let client { scheduleDeregistration(record, by: client) }
        return try await (client ?? a).register(record, timeToLive: max(bounds.timeToLive, .seconds(60)))
    }
}
