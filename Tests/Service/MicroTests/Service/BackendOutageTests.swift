// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroConsul
import MicroEtcd
import MicroKubernetes
import MicroMemory
import MicroNATS
import Synchronization
import TestServers
import TestSupport
import Testing

/// Calls while the server of the registry is killed and started again without its data.
@Suite(.serialized, .startsServers, .timeLimit(.minutes(3))) struct RegistryRestartTests {
    private final class Results: Sendable {
        let isFinished = Atomic(false)
        let calls = Counter()
        let failures = Mutex<[any Error]>([])
    }

    private let fixture = ServiceFixture(.http)

    @Test(.requiresLocalConsul) func callsContinueWhileConsulRestartsEmpty() async throws {
        let server = try ConsulServer()
        try await server.start()
        var configuration = ConsulConfiguration()
        configuration.address = server.address
        let (settings, logger) = (configuration, fixture.log.logger)
        // An agent in development mode keeps nothing on disk.
        try await verifyCallsContinue(
            registry: { try ConsulRegistry(configuration: settings, logger: logger) },
            restartEmpty: {
                await server.kill()
                try await server.start()
            })
        await server.end()
    }

    @Test(.requiresLocalEtcd) func callsContinueWhileEtcdRestartsEmpty() async throws {
        let server = try EtcdServer()
        try await server.start()
        var configuration = EtcdConfiguration()
        configuration.address = server.address
        let (settings, logger) = (configuration, fixture.log.logger)
        try await verifyCallsContinue(
            registry: { try EtcdRegistry(configuration: settings, logger: logger) }, restartEmpty: server.wipe)
        await server.end()
    }

    @Test(.requiresKubernetes) func callsContinueWhileKubernetesRestartsEmpty() async throws {
        let server = try await KubernetesServer()
        try await server.start()
        var configuration = KubernetesConfiguration()
        configuration.address = server.url
        configuration.tls.certificateAuthorityFile = server.certificateAuthorityFile
        configuration.token = Secret(KubernetesServer.adminToken)
        let (settings, logger) = (configuration, fixture.log.logger)
        try await verifyCallsContinue(
            registry: { try KubernetesRegistry(configuration: settings, logger: logger) }, restartEmpty: server.wipe)
        await server.end()
    }

    /// The registry loses all registrations. Until the services have registered again, callers use the nodes known before.
    private func verifyCallsContinue(
        registry makeRegistry: () throws -> any Registry, restartEmpty: () async throws -> Void
    ) async throws {
        let (registry, callers) = (try makeRegistry(), try makeRegistry())
        let services = try (1...2).map { number in
            var configuration = Microservice.Configuration(name: "svc", version: "1.0.0")
            configuration.id = "\(number)"
            configuration.deregistrationGracePeriod = .zero
            let service = try Microservice(
                configuration, registry: registry, transport: fixture.makeTransport(), logger: fixture.log.logger)
            service.handle("Svc.Echo") { (request: Empty, context) in Empty() }
            return service
        }
        let client = try Client(configuration: .init(), registry: callers, transport: fixture.makeTransport())
        let results = Results()
        let nodeCount = { (try? await registry.lookUp("svc").flatMap(\.nodes).count) ?? 0 }
        try await fixture.whileServing(services) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !results.isFinished.load(ordering: .relaxed) {
                        do { let _: Empty = try await client.call("svc", "Svc.Echo", Empty()) } catch {
                            results.failures.withLock { $0.append(error) }
                        }
                        results.calls.add()
                        try await Task.sleep(for: .milliseconds(2))
                    }
                }
                defer { results.isFinished.store(true, ordering: .relaxed) }
                #expect(await eventually { results.calls.value > 50 })
                try await restartEmpty()
                // The registry is empty. The services register again after up to a heartbeat interval.
                #expect(await eventually(within: .seconds(60)) { await nodeCount() == 2 })
                let after = results.calls.value
                #expect(await eventually { results.calls.value > after + 50 })
            }
        }
        let all = results.failures.withLock(\.self)
        print("\(registry.name) restarted without its data: \(results.calls.value) calls, \(all.count) failed")
        #expect(all.isEmpty, "\(all.first.map { "\($0)" } ?? "")")
        await client.close()
        await callers.close()
        await registry.close()
    }
}

/// The readiness of a service while the server of its broker is killed and started again.
@Suite(.requiresLocalNATS, .nats, .serialized, .timeLimit(.minutes(2))) struct BrokerRestartTests {
    @Test func serviceIsNotReadyWhileNATSIsDown() async throws {
        let nats = try #require(NATSServer.current)
        var configuration = NATSConfiguration()
        configuration.address = nats.url
        let fixture = ServiceFixture(
            .http, broker: try NATSBroker(configuration: configuration, logger: LogRecorder().logger))
        let service = try fixture.makeService("svc")
        service.subscribe("users") { (event: Empty, context) in }
        try await fixture.whileServing([service]) {
            let node = try #require(try await fixture.registry.lookUp("svc").first?.nodes.first)
            let probes = PlainHTTPClient(address: Address(node))
            #expect(try await probes.get("/readyz").status == 200)
            await nats.kill()
            #expect(try await eventually { try await probes.get("/readyz").status == 503 })
            let response = try await probes.get("/readyz")
            #expect(response.text.contains("a subscription receives no events"), "\(response)")
            #expect(try await probes.get("/healthz").status == 200)
            try await nats.start()
            #expect(try await eventually(within: .seconds(20)) { try await probes.get("/readyz").status == 200 })
        }
    }
}
