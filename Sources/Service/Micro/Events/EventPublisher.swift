// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// Makes messages of events, as go-micro does, and publishes them.
struct EventPublisher: Sendable {
    let broker: any Broker
    let codecs: Codecs
    /// The service that publishes; nil for a client that is none.
    let service: String?

    func publish(_ event: some Sendable, to topic: String, headers: Headers) async throws {
        let (contentType, body) = try codecs.encode(event)
        var message = BrokerMessage(headers: headers, body: body)
        message.headers["Content-Type"] = contentType
        message.headers["Micro-Id"] = UUID().uuidString.lowercased()
        message.headers["Micro-Topic"] = topic
        if let service { message.headers["Micro-From-Service"] = service }
        try await EventTracing(broker: broker.name).publish(message, to: topic) { message in
            try await broker.publish(message, to: topic)
        }
    }
}
