// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Micro

@Suite(.timeLimit(.minutes(1))) struct ConcurrencyLimitTests {
    @Test func requestsBeyondConcurrencyLimitAreRejected() async throws {
        let server = try Server(.test(), concurrencyLimit: 2)
        let (started, gate) = (Counter(), AsyncStream.makeStream(of: Void.self))
        server.handle("Slow") { (_: Empty, _) in
            started.add()
            for await _ in gate.stream {}
            return Empty()
        }
        server.handleBuiltIn("Debug.Any") { (_: Empty, _) in Empty() }
        let calls = (0..<2).map { _ in Task { try await server.respond(to: TransportRequest.test("Slow")) } }
        #expect(await eventually { started.value == 2 })
        // Rejected calls do not count towards the limit.
        for _ in 0..<3 {
            let error = try await #require(throws: MicroError.self) {
                try await server.respond(to: TransportRequest.test("Slow"))
            }
            #expect(error.code == .resourceExhausted && error.isSafeToRetry && error.origin == MicroError.Origin.server)
        }
        #expect(started.value == 2)
        _ = try await server.respond(to: TransportRequest.test("Debug.Any"))

        gate.continuation.finish()
        for call in calls { _ = try await call.value }
        _ = try await server.respond(to: TransportRequest.test("Slow"))
        #expect(started.value == 3)
    }
}
