// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroMemory
import NIOCore
import TestSupport
import Testing

@testable import MicroSidecar

/// `POST /broker`.
@Suite(.blocking, .timeLimit(.minutes(1))) struct BrokerRouteTests {
    private let fixture = SidecarFixture()

    @Test func bodyIsPublishedWithHeaders() async throws {
        let subscription = try await fixture.broker.subscribe(to: "user.created", queue: nil, options: .init())
        try await fixture.run { (sidecar) async throws in
            let response = try sidecar.send(
                "POST /broker?topic=user.created",
                ["Content-Type: application/json", "X-Tenant: a", "Micro-Id: 7", "Authorization: Bearer secret"],
                body: #"{"n":1}"#)
            #expect(response.status == 200 && response.body.isEmpty)
        }
        var deliveries = subscription.makeAsyncIterator()
        let message = try #require(await deliveries.next()).message
        #expect(String(buffer: message.body) == #"{"n":1}"#)
        #expect(message.headers["Content-Type"] == "application/json" && message.headers["X-Tenant"] == "a")
        #expect(message.headers["Micro-Topic"] == "user.created" && message.headers["Micro-Id"] == "7")
        #expect(message.headers["Authorization"] == nil && message.headers["Host"] == nil)
    }

    @Test func failuresAreReported() async throws {
        try await fixture.run { (sidecar) async throws in
            let missing = try sidecar.send("POST /broker", body: "x")
            #expect(missing.status == 400 && missing.body.contains("Topic not specified"))
            #expect(try sidecar.send("POST /broker?topic=not%20valid", body: "x").status == 400)
            #expect(try sidecar.send("DELETE /broker?topic=a").status == 405)
            await fixture.broker.close(deadline: .now)
            let closed = try sidecar.send("POST /broker?topic=a", body: "x")
            #expect(closed.status == 503)
        }
    }
}
