// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import MicroCore
import MicroEdge
import NIOCore

/// The WebSocket of `/broker`: sends the events of a topic, and publishes the client's messages to it, as in Go Micro.
///
/// With `ack=true` an event stays unsettled until the client acknowledges it by `{"Ack":"ID"}`, or rejects it by
/// `{"Nack":"ID"}`; the client's messages are not published then. Events that are not settled when the client disconnects are
/// delivered again.
struct BrokerSocket: Sendable {
    /// An event in go-micro's JSON. The members after the body are there with acknowledgements only.
    struct Event: Encodable {
        private enum CodingKeys: String, CodingKey {
            case header = "Header"
            case body = "Body"
            case id = "Id"
            case topic = "Topic"
            case attempt = "Attempt"
        }

        let header: [String: String]
        let body: Data
        var id: String?
        var topic: String?
        var attempt: Int?

        init(_ delivery: Delivery) {
            header = Dictionary(
                delivery.message.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { "\($0),\($1)" })
            body = Data(delivery.message.body.readableBytesView)
        }

        var text: String {
            get throws {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                return String(decoding: try encoder.encode(self), as: UTF8.self)
            }
        }
    }

    let broker: any Broker

    /// Subscribes to the topic, and accepts the handshake.
    ///
    /// - Throws: ``MicroCore/MicroError`` if the parameters are not valid, or the broker refuses the subscription.
    func upgrade(_ request: Request, _ query: QueryParameters) async throws -> WebSocketUpgrade {
        guard let topic = query["topic"], !topic.isEmpty else {
            throw MicroError(.invalidArgument, "Topic not specified", origin: MicroError.Origin.broker)
        }
        let acknowledges = query["ack"] == "true"
        guard !acknowledges || broker.capabilities.features.contains(.acknowledgements) else {
            throw MicroError(
                .unsupported, "\(broker) has no acknowledgements: omit ack=true", origin: MicroError.Origin.broker)
        }
        var options = SubscribeOptions()
        // A client that does not read must not fill the memory of the sidecar.
        options.maxBufferedBytes = 1024 * 1024
        let queue = query["queue"].flatMap { $0.isEmpty ? nil : $0 }
        let subscription = try await broker.subscribe(to: topic, queue: queue, options: options)
        if acknowledges {
            return WebSocketUpgrade { try await AcknowledgedEvents().run(subscription, over: $0) }
        }
        let (publisher, fields) = (self.broker, request.headers)
        return WebSocketUpgrade { socket in
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for await delivery in subscription {
                        try await socket.send(.text(try Event(delivery).text))
                        delivery.acknowledge()
                    }
                }
                group.addTask {
                    for try await message in socket {
                        try await publisher.publish(
                            BrokerRoute.message(fields, message.bytes, topic: topic), to: topic)
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }
}
