// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroHTTP
import NIOCore
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct StreamOpeningTests {
    /// Completes the handshake of a connection on demand.
    private final class ManualSecurity: HTTPSecurity {
        private let handshake = Mutex<EventLoopPromise<Void>?>(nil)

        var hasBegun: Bool { handshake.withLock { $0 != nil } }

        func complete() { handshake.withLock { $0 }?.succeed(()) }

        func secure(_ channel: any Channel, to host: String) -> EventLoopFuture<Void> {
            let promise = channel.eventLoop.makePromise(of: Void.self)
            handshake.withLock { $0 = promise }
            return promise.futureResult
        }

        func checkServer() throws {}

        func serverHandler() throws -> any ChannelHandler { throw MicroError(.unsupported, "this is a client") }
    }

    @Test("the peer receives nothing of a stream whose opening was cancelled while connecting")
    func cancelledOpeningSendsNothing() async throws {
        let received = ValueCollector<Int>()
        let server = try ScriptedServer { connection in received.add(connection.readToEnd().count) }
        defer { server.stop() }
        let security = ManualSecurity()
        var configuration = HTTPConfiguration()
        configuration.connectTimeout = .seconds(60)
        let client = HTTPTransport(configuration: configuration, security: security, logger: .component("http"))
        let address = Address.local(server.port)
        let opening = Task { _ = try await client.open(.test(timeout: .seconds(60)), to: address) }
        #expect(await eventually { security.hasBegun })
        opening.cancel()
        await #expect(throws: CancellationError.self) { try await opening.value }
        security.complete()
        #expect(await eventually { received.values == [0] })
        await client.close()
    }
}
