// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import Metrics
import MetricsTestKit
import Micro
import MicroMemory
import TestServers
import TestSupport
import Testing

private struct Nothing: Codable, Sendable {}

private struct Health: Codable, Sendable, Equatable {
    var status: String
    var registration: String
    var cause: String?
}

/// What a service tells of its registration: as a stream, by `Debug.Health`, and as metrics.
@Suite(.timeLimit(.minutes(1)), .serialized) struct RegistrationStatusTests {
    private let backend = MemoryBackend()

    private func makeService(_ name: String) throws -> Microservice {
        var settings = Microservice.Configuration(name: name, version: "1.0.0")
        settings.deregistrationGracePeriod = .zero
        settings.registration.timeToLive = .milliseconds(300)
        settings.registration.interval = .milliseconds(20)
        settings.registration.backoff = Backoff(base: .milliseconds(5), maxDelay: .milliseconds(20))
        return try Microservice(
            settings, registry: MemoryRegistry(backend: backend), transport: MemoryTransport(backend: backend),
            logger: LogRecorder().logger)
    }

    private func health(_ service: Microservice, _ name: String) async throws -> Health {
        try await service.client.call(name, "Debug.Health", Nothing(), returning: Health.self)
    }

    @Test func registrationLossAndRestorationAreReported() async throws {
        let metrics = Telemetry.metrics
        let service = try makeService("told")
        #expect(service.registrationStatus == nil)
        var statuses = service.registrationStatuses().makeAsyncIterator()
        var sameForOthers = service.registrationStatuses().makeAsyncIterator()
        let running = Task { try await service.run() }
        #expect(await statuses.next()?.name == "registered")
        #expect(await sameForOthers.next()?.name == "registered")
        #expect(try await health(service, "told") == Health(status: "ok", registration: "registered"))
        let up = try metrics.expectGauge("micro.registration.up", [("service", "told")])
        #expect(up.lastValue == 1)

        backend.stopRegistries()
        let lost = await statuses.next()
        #expect(lost?.name == "lost" && lost?.cause?.code == .unavailable)
        let late = try await health(service, "told")
        #expect(late.registration == "lost" && late.status == "ok" && late.cause?.isEmpty == false)
        #expect(await eventually { up.lastValue == 0 })
        #expect(try metrics.expectCounter("micro.registration.losses", [("service", "told")]).totalValue == 1)

        backend.startRegistries()
        #expect(await statuses.next()?.name == "restored")
        #expect(try await health(service, "told").registration == "restored")
        #expect(await eventually { up.lastValue == 1 })

        running.cancel()
        _ = await running.result
        #expect(await statuses.next() == nil)
        #expect(service.registrationStatus == nil && up.lastValue == 0)
        #expect(await service.registrationStatuses().first { _ in true } == nil)
    }

    @Test func registrationIsRestoredAfterRegistryWipe() async throws {
        let service = try makeService("wiped")
        var statuses = service.registrationStatuses().makeAsyncIterator()
        let running = Task { try await service.run() }
        #expect(await statuses.next()?.name == "registered")
        backend.wipeRegistries()
        #expect(await statuses.next()?.name == "lost")
        #expect(await statuses.next()?.name == "restored")
        // Who asks later gets the present one first.
        #expect(await service.registrationStatuses().first { _ in true }?.name == "restored")
        running.cancel()
        _ = await running.result
    }

    @Test func healthEndpointIsUnregisteredAndReplaceable() async throws {
        let service = try makeService("own")
        service.handle("Debug.Health") { (_: Nothing, _) in Health(status: "tired", registration: "-") }
        var statuses = service.registrationStatuses().makeAsyncIterator()
        let running = Task { try await service.run() }
        #expect(await statuses.next()?.name == "registered")
        #expect(try await health(service, "own").status == "tired")
        running.cancel()
        _ = await running.result

        let plain = try makeService("plain")
        plain.handle("Plain.Do") { (request: Nothing, _) in request }
        statuses = plain.registrationStatuses().makeAsyncIterator()
        let serving = Task { try await plain.run() }
        #expect(await statuses.next()?.name == "registered")
        let records = try await MemoryRegistry(backend: backend).lookUp("plain")
        #expect(records.flatMap(\.endpoints).map(\.name) == ["Plain.Do"])
        serving.cancel()
        _ = await serving.result
    }
}
