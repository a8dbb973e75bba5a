// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MetricsTestKit
import Micro
import MicroMemory
import TestSupport
import Testing

private struct Registration: Codable, Sendable, Equatable {
    var status: String
    var cause: String?
}

private struct Health: Codable, Sendable { var status: String }

/// The reports of a registration's status: a stream, `Debug.Registration` and metrics.
@Suite(.timeLimit(.minutes(1)), .serialized) struct RegistrationStatusTests {
    private let fixture = ServiceFixture()

    private func makeService(_ name: String) throws -> Microservice {
        try fixture.makeService(name) { configuration in
            configuration.registration.timeToLive = .milliseconds(300)
            configuration.registration.interval = .milliseconds(20)
            configuration.registration.backoff = Backoff(base: .milliseconds(5), maxDelay: .milliseconds(20))
        }
    }

    private func registration(_ service: Microservice, _ name: String) async throws -> Registration {
        try await service.client.call(name, "Debug.Registration", Empty(), returning: Registration.self)
    }

    private func health(_ service: Microservice, _ name: String) async throws -> String {
        try await service.client.call(name, "Debug.Health", Empty(), returning: Health.self).status
    }

    @Test func registrationLossAndRestorationAreReported() async throws {
        let metrics = Telemetry.metrics
        let service = try makeService("reported")
        #expect(service.registrationStatus == nil)
        var statuses = service.registrationStatuses().makeAsyncIterator()
        var otherStatuses = service.registrationStatuses().makeAsyncIterator()
        let running = Task { try await service.run() }
        #expect(await statuses.next()?.name == "registered")
        #expect(await otherStatuses.next()?.name == "registered")
        #expect(try await registration(service, "reported") == Registration(status: "registered"))
        let up = try metrics.expectGauge("micro.registration.up", [("service", "reported")])
        #expect(up.lastValue == 1)

        fixture.backend.stopRegistries()
        let lost = await statuses.next()
        #expect(lost?.name == "lost" && lost?.cause?.code == .unavailable)
        let lostRegistration = try await registration(service, "reported")
        #expect(lostRegistration.status == "lost" && lostRegistration.cause?.isEmpty == false)
        #expect(await eventually { up.lastValue == 0 })
        #expect(try metrics.expectCounter("micro.registration.losses", [("service", "reported")]).totalValue == 1)

        fixture.backend.startRegistries()
        #expect(await statuses.next()?.name == "restored")
        #expect(try await registration(service, "reported").status == "restored")
        #expect(try await health(service, "reported") == "ok")
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
        fixture.backend.wipeRegistries()
        #expect(await statuses.next()?.name == "lost")
        #expect(await statuses.next()?.name == "restored")
        // A later reader gets the current status first.
        #expect(await service.registrationStatuses().first { _ in true }?.name == "restored")
        running.cancel()
        _ = await running.result
    }

    @Test func healthEndpointIsUnregisteredAndReplaceable() async throws {
        let service = try makeService("own")
        service.handle("Debug.Health") { (_: Empty, _) in Health(status: "tired") }
        var statuses = service.registrationStatuses().makeAsyncIterator()
        let running = Task { try await service.run() }
        #expect(await statuses.next()?.name == "registered")
        #expect(try await health(service, "own") == "tired")
        running.cancel()
        _ = await running.result

        let plain = try makeService("plain")
        plain.handle("Plain.Do") { (request: Empty, _) in request }
        statuses = plain.registrationStatuses().makeAsyncIterator()
        let serving = Task { try await plain.run() }
        #expect(await statuses.next()?.name == "registered")
        let records = try await fixture.registry.lookUp("plain")
        #expect(records.flatMap(\.endpoints).map(\.name) == ["Plain.Do"])
        serving.cancel()
        _ = await serving.result
    }
}
