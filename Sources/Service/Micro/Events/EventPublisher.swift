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
    /// The service that publishes; nil for a client on its own.
    let service: String?

    func publish(_ event: some Sendable, to topic: String, headers: Headers) async throws {
        let (contentType, body) = try codecs.encode(event)
        var message = BrokerMessage(headers: headers, body: body)
        message.headers[GoMicroHeaderName.contentType] = contentType
        message.headers[GoMicroHeaderName.id] = UUID().uuidString.lowercased()
        message.headers[GoMicroHeaderName.topic] = topic
        if let service { message.headers[GoMicroHeaderName.fromService] = service }
        try await EventTracing(broker: broker.name).publish(message, to: topic) { message in
            try await broker.publish(message, to: topic)
        }
    }
}
