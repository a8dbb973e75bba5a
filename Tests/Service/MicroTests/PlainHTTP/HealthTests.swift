// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroMemory
import ServiceLifecycle
import Synchronization
import TestServers
import TestSupport
import Testing

private struct Health: Codable, Sendable { var status: String }

private struct PasswordError: Error { let password = "hunter2" }

/// Rejects every request.
private struct RejectingInterceptor: ServerInterceptor {
    func respond(to request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
        throw MicroError(.unauthenticated, "who are you?")
    }

    func serve(
        _ stream: TransportStream, of request: TransportRequest, next: @escaping TransportStreamHandler
    ) async throws { throw MicroError(.unauthenticated, "who are you?") }
}

/// The probes of an orchestrator, `GET /healthz` and `GET /readyz`, and `Debug.Health`.
@Suite(.timeLimit(.minutes(1))) struct HealthTests {
    private let fixture = ServiceFixture(.http)

    private func makeService(
        _ change: (inout Microservice.Configuration) -> Void = { _ in }
    ) throws -> Microservice {
        try fixture.makeService("svc") { configuration in
            configuration.registration.timeToLive = .milliseconds(300)
            configuration.registration.interval = .milliseconds(20)
            configuration.registration.backoff = Backoff(base: .milliseconds(5), maxDelay: .milliseconds(20))
            change(&configuration)
        }
    }

    private func probes() async throws -> PlainHTTPClient {
        PlainHTTPClient(address: Address(try #require(try await fixture.registry.lookUp("svc").first?.nodes.first)))
    }

    @Test func registeredServiceIsLiveAndReady() async throws {
        let service = try makeService { $0.interceptors = [RejectingInterceptor()] }
        try await fixture.whileServing([service]) {
            let probes = try await probes()
            for path in ["/healthz", "/readyz"] {
                let response = try await probes.get(path)
                #expect(response.status == 200 && response.text == #"{"status":"ok"}"# + "\n", "\(response)")
            }
        }
    }

    @Test func lostRegistrationIsNotReady() async throws {
        let (service, indifferent) = (try makeService(), try makeService { $0.readiness = [] })
        for (service, expected) in [(service, 503), (indifferent, 200)] {
            try await fixture.whileServing([service]) {
                let probes = try await probes()
                fixture.backend.stopRegistries()
                #expect(await eventually { service.registrationStatus?.name == "lost" })
                let response = try await probes.get("/readyz")
                #expect(response.status == expected, "\(response)")
                #expect(expected == 200 || response.text.contains("the registration is lost"), "\(response)")
                #expect(try await probes.get("/healthz").status == 200)
                let health = try await probes.post("/Debug.Health", "{}")
                #expect(health.text.contains(expected == 200 ? "ok" : "degraded"), "\(health)")
                fixture.backend.startRegistries()
                #expect(try await eventually { try await probes.get("/readyz").status == 200 })
            }
        }
    }

    @Test func serviceInGracePeriodIsNotReady() async throws {
        let service = try makeService { $0.deregistrationGracePeriod = .seconds(20) }
        let running = Mutex<Task<Void, any Error>?>(nil)
        let group = makeServiceGroup([service])
        running.withLock { $0 = Task { try await group.run() } }
        #expect(try await eventually { try await !fixture.registry.lookUp("svc").isEmpty })
        let probes = try await probes()
        #expect(try await probes.get("/readyz").status == 200)
        await group.triggerGracefulShutdown()
        // The signal reaches the service asynchronously.
        #expect(try await eventually { try await probes.get("/readyz").status == 503 })
        let ready = try await probes.get("/readyz")
        #expect(ready.text.contains("shutting down"), "\(ready)")
        #expect(try await probes.get("/healthz").status == 200)
        #expect(try await probes.post("/Debug.Health", "{}").text.contains("stopping"))
        let task = running.withLock(\.self)
        task?.cancel()
        _ = await task?.result
    }

    @Test func failedCheckIsNotReadyAndNamed() async throws {
        let service = try makeService()
        let error = Mutex<(any Error)?>(nil)
        service.addHealthCheck("database") { if let error = error.withLock(\.self) { throw error } }
        service.addHealthCheck("cache") {}
        try await fixture.whileServing([service]) {
            let probes = try await probes()
            #expect(try await probes.get("/readyz").status == 200)
            error.withLock { $0 = MicroError(.unavailable, "no connection to db:5432") }
            let response = try await probes.get("/readyz")
            #expect(response.status == 503 && response.text.contains("database (no connection to db:5432)"))
            #expect(!response.text.contains("cache"))
            #expect(try await probes.post("/Debug.Health", "{}").text.contains("degraded"))
            error.withLock { $0 = PasswordError() }
            let foreign = try await probes.get("/readyz")
            #expect(foreign.status == 503 && foreign.text.contains("database failed"))
            #expect(!foreign.text.contains("hunter2"), "\(foreign)")
        }
    }

    @Test func listenerOfItsOwnRespondsWhileTheRegistryIsAwaited() async throws {
        let fixture = ServiceFixture(.memory)
        let address = Address(host: "127.0.0.1", port: try Machine.freePorts(1)[0])
        let service = try fixture.makeService("svc") {
            $0.healthAddress = address
            $0.startTimeout = nil
        }
        service.handle("Svc.Echo") { (request: Empty, _) in request }
        fixture.backend.stopRegistries()
        let group = makeServiceGroup([service])
        let running = Task { try await group.run() }
        let probes = PlainHTTPClient(address: address)
        #expect(await eventually { (try? await probes.get("/healthz").status) == 200 })
        let starting = try await probes.get("/readyz")
        #expect(starting.status == 503 && starting.text.contains("it is starting"), "\(starting)")
        fixture.backend.startRegistries()
        #expect(try await eventually { try await probes.get("/readyz").status == 200 })
        // Calls are not served there.
        #expect(try await probes.post("/Svc.Echo", "{}").status == 404)
        #expect(try await probes.post("/Debug.Endpoints", "{}").status == 404)
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(await eventually { (try? await probes.get("/healthz").status) == nil })
    }

    @Test func startFailsWhenHealthAddressIsInUse() async throws {
        let taken = try await HTTPListenerFixture.bind()
        let service = try makeService { $0.healthAddress = taken.address }
        await #expect { try await service.run() } throws: {
            ($0 as? MicroError)?.code == .unavailable && "\($0)".contains("\(taken.address)")
        }
        await taken.close()
    }
}
