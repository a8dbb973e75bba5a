// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import MicroCore
import NIOCore

/// Encodes events with go-micro's headers and publishes them.
struct EventPublisher: Sendable {
    let broker: any Broker
    let codecs: Codecs
    /// The service that publishes; nil for a standalone client.
    let service: String?
    private let metrics: EventMetrics

    init(broker: any Broker, codecs: Codecs, service: String?) {
        (self.broker, self.codecs, self.service) = (broker, codecs, service)
        metrics = EventMetrics(.publish, system: broker.name)
    }

    func publish(_ event: some Sendable, to topic: String, headers: Headers) async throws {
        let (contentType, body) = try codecs.encode(event)
        var message = BrokerMessage(headers: headers, body: body)
        message.headers[GoMicroHeaderName.contentType] = contentType
        message.headers[GoMicroHeaderName.id] = UUID().uuidString.lowercased()
        message.headers[GoMicroHeaderName.topic] = topic
        if let service { message.headers[GoMicroHeaderName.fromService] = service }
        try await metrics.measure(topic) { [message] in
            try await EventTracing(broker: broker.name).publish(message, to: topic) { message in
                try await broker.publish(message, to: topic)
            }
        }
    }
}
