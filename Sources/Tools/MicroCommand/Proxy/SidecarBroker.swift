// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import NIOCore

/// The broker of a sidecar: its route `/broker`, by POST to publish and by WebSocket to subscribe.
struct SidecarBroker: Broker {
    private static let timeout = Duration.seconds(10)

    let client: SidecarClient

    var name: String { "sidecar" }

    var capabilities: BrokerCapabilities {
        BrokerCapabilities(delivery: .atMostOnce, features: [.queues, .wildcards], maxBodySize: 16 * 1024 * 1024)
    }

    var description: String { "\(client)" }

    func publish(_ message: BrokerMessage, to topic: String) async throws {
        try TopicRules.check(topic: topic)
        _ = try await client.send(
            "POST", "/broker", query: [("topic", topic)], headers: message.headers.map { ($0.name, $0.value) },
            body: Array(message.body.readableBytesView), timeout: Self.timeout)
    }

    func subscribe(to topic: String, queue: String?, options: SubscribeOptions) async throws -> Subscription {
        try options.validate(topic: topic, queue: queue, for: capabilities.features, of: description)
        let query = [("topic", topic)] + (queue.map { [("queue", $0)] } ?? [])
        let reader = SidecarEventReader(topic: topic, options: options)
        reader.attach(try await client.openWebSocket("/broker", query: query, timeout: Self.timeout, reader: reader))
        return reader.subscription
    }

    func close(deadline: ContinuousClock.Instant) async { await client.close() }
}
