// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Foundation
import MicroCore
import MicroEdge
import NIOCore
import Synchronization

/// Sends events over a WebSocket whose client acknowledges each one.
final class AcknowledgedEvents: Sendable {
    /// A message of the client.
    private struct Settlement: Decodable {
        private enum CodingKeys: String, CodingKey {
            case acknowledged = "Ack"
            case rejected = "Nack"
            case delay = "Delay"
        }

        let acknowledged: String?
        let rejected: String?
        /// The time before the next delivery of a rejected event, such as `5s`.
        let delay: String?
    }

    /// The maximum number of events that wait for an acknowledgement.
    private static let maxUnsettled = 64

    private struct State {
        var unsettled: [String: Delivery] = [:]
        var lastID = 0
        /// Waits for room.
        var waiter: Promise<Void>?
    }

    private let state = Mutex(State())

    /// Sends events until the client closes the WebSocket. Events that were not settled are delivered again.
    func run(_ subscription: Subscription, over socket: WebSocket) async throws {
        defer { rejectAll() }
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.send(subscription, over: socket) }
            group.addTask { for try await message in socket { try self.settle(message) } }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func send(_ subscription: Subscription, over socket: WebSocket) async throws {
        var deliveries = subscription.makeAsyncIterator()
        while true {
            // Before the next event is taken: one that waits here would not be delivered again at the end.
            try await waitForRoom()
            guard let delivery = await deliveries.next() else { return }
            let id = state.withLock { state in
                state.lastID += 1
                state.unsettled[String(state.lastID)] = delivery
                return String(state.lastID)
            }
            var event = BrokerSocket.Event(delivery)
            (event.id, event.topic, event.attempt) = (id, delivery.topic, delivery.attempt)
            try await socket.send(.text(try event.text))
        }
    }

    private func waitForRoom() async throws {
        while true {
            let waiter = Promise<Void>()
            let hasRoom = state.withLock { state in
                let hasRoom = state.unsettled.count < Self.maxUnsettled
                if !hasRoom { state.waiter = waiter }
                return hasRoom
            }
            if hasRoom { return }
            try await waiter.value()
        }
    }

    private func settle(_ message: WebSocketMessage) throws {
        let settlement: Settlement
        do {
            settlement = try JSONDecoder().decode(Settlement.self, from: Data(message.bytes.readableBytesView))
        } catch {
            throw MicroError(
                .invalidArgument, "expected {\"Ack\":\"ID\"} or {\"Nack\":\"ID\"}", origin: MicroError.Origin.edge)
        }
        if let id = settlement.acknowledged { take(id)?.acknowledge() }
        if let id = settlement.rejected {
            try take(id)?.reject(after: settlement.delay.flatMap { Duration(setting: $0) })
        }
    }

    /// An event that is settled now; nil if there is none of this ID.
    private func take(_ id: String) -> Delivery? {
        let (delivery, waiter) = state.withLock { state in
            (state.unsettled.removeValue(forKey: id), state.waiter.take())
        }
        waiter?.resolve()
        return delivery
    }

    private func rejectAll() {
        let deliveries = state.withLock { state in
            defer { state.unsettled = [:] }
            return state.unsettled.values.map(\.self)
        }
        // The broker has acknowledgements: this cannot fail.
        for delivery in deliveries { try? delivery.reject() }
    }
}
