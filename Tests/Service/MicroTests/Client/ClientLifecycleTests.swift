// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import Micro
import MicroHTTP
import MicroMemory
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ClientLifecycleTests {
    private func error(ofCallBy client: Client) async -> MicroError.Code? {
        do {
            _ = try await client.hello()
            return nil
        } catch { return (error as? MicroError)?.code }
    }

    @Test func withClientClosesTheClientAlsoAfterAnError() async throws {
        let fixture = ServiceFixture()
        try await fixture.whileServing([fixture.makeGreeter()]) {
            let used = Mutex<[Client]>([])
            let greeting = try await withClient(registry: fixture.registry, transport: fixture.makeTransport()) {
                client in
                used.withLock { $0.append(client) }
                return try await client.hello()
            }
            #expect(greeting == "Hello John from 1")
            await #expect(throws: CancellationError.self) {
                try await withClient(registry: fixture.registry, transport: fixture.makeTransport()) { client in
                    used.withLock { $0.append(client) }
                    throw CancellationError()
                }
            }
            for client in used.withLock(\.self) { #expect(await error(ofCallBy: client) == .closed) }
        }
    }

    @Test func serviceGroupClosesTheClientAtShutdown() async throws {
        let fixture = ServiceFixture()
        let client = try fixture.makeClient()
        let group = ServiceGroup(
            services: [client, try fixture.makeGreeter()],
            logger: Logger(label: "ServiceGroup") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await group.run() }
        #expect(try await eventually { try await !fixture.registry.lookUp("greeter").isEmpty })
        #expect(try await client.hello() == "Hello John from 1")
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(await error(ofCallBy: client) == .closed)
        await #expect { try await client.run() } throws: { ($0 as? MicroError)?.code == .closed }
    }

    @Test func cancelledClientIsClosed() async throws {
        let client = try ServiceFixture().makeClient()
        let running = Task { try await client.run() }
        running.cancel()
        try await running.value
        #expect(await error(ofCallBy: client) == .closed)
    }

    @Test func secondRunOfAServiceThrows() async throws {
        let fixture = ServiceFixture()
        let service = try fixture.makeGreeter()
        try await fixture.whileServing(service) { client in
            await #expect {
                try await service.run()
            } throws: {
                ($0 as? MicroError)?.code == .closed && "\($0)".contains("has run before")
            }
            // The first run is not affected.
            let greeting = try await client.hello()
            #expect(greeting == "Hello John from 1")
        }
        await #expect { try await service.run() } throws: { ($0 as? MicroError)?.code == .closed }
    }

    @Test func connectionsUseTheGivenEventLoops() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = HTTPConfiguration()
        configuration.eventLoopGroup = group
        let fixture = ServiceFixture()
        var settings = Microservice.Configuration(name: "svc")
        settings.deregistrationGracePeriod = .zero
        let transport = HTTPTransport(configuration: configuration)
        let service = try Microservice(settings, registry: fixture.registry, transport: transport)
        let loop = group.next()
        service.handle("Svc.IsOnLoop", mayBlock: false) { (_: Empty, _) in loop.inEventLoop }
        try await fixture.whileServing([service]) {
            let client = HTTPTransport(configuration: configuration)
            let isOnLoop = try await withClient(registry: fixture.registry, transport: client) {
                try await $0.call("svc", "Svc.IsOnLoop", Empty(), returning: Bool.self)
            }
            #expect(isOnLoop)
            await client.close()
        }
        await transport.close()
        // Fails if a connection still uses it.
        try await group.shutdownGracefully()
    }
}
