// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

// Receiving, on the thread of the connection.
extension JetStreamFeed {
    func receive(_ messages: [NATSMessage]) {
        var deliveries: [Delivery] = []
        for message in messages {
            if let reply = message.reply, let metadata = JetStreamMessageMetadata(acknowledgementSubject: reply) {
                if let delivery = makeDelivery(message, metadata, reply) { deliveries.append(delivery) }
            } else {
                handleStatus(message)
            }
        }
        if !deliveries.isEmpty { source.yield(contentsOf: deliveries) }
    }

    /// Creates a delivery; nil for a message that exceeds the maximum number of deliveries.
    private func makeDelivery(
        _ message: NATSMessage, _ metadata: JetStreamMessageMetadata, _ reply: String
    ) -> Delivery? {
        consumer.recordDelivery(metadata)
        let content = jetStream.decode(message)
        let deadLetter = JetStreamDeadLetter(message: message, sequence: metadata.sequence, reply: reply)
        let id = state.withLock { state in
            state.consecutiveRejections = 0
            return state.window.received(size: content.size, expiry: .now + consumer.acknowledgementTimeout)
        }
        guard metadata.attempt <= limits.maxAttempts else {
            moveToDeadLetters(id, deadLetter)
            return nil
        }
        return Delivery(topic: message.subject, message: content, attempt: metadata.attempt) { settlement in
            switch settlement {
            case .acknowledged:
                self.sendAcknowledgement(.acknowledge, reply)
                self.consumer.recordAcknowledgement(of: metadata.sequence)
            case .rejected where metadata.attempt >= self.limits.maxAttempts:
                return self.moveToDeadLetters(id, deadLetter)
            case .rejected(let delay): self.sendAcknowledgement(.reject(after: delay), reply)
            case .returned:
                // Done before the message is returned, because the server would deliver it to a waiting request of this
                // subscription.
                if self.source.hasEnded { self.end() }
                self.sendAcknowledgement(.reject(after: nil), reply)
            }
            self.settled(id)
        }
    }

    /// Sends an acknowledgement. If the connection is lost before the acknowledgement arrives, the message is delivered
    /// again.
    func sendAcknowledgement(_ acknowledgement: JetStreamAcknowledgement, _ reply: String) {
        connection.sendControl { $0.appendPublish(acknowledgement.message, to: reply) }
    }

    private func settled(_ id: UInt64) {
        let shouldRequest = state.withLock { $0.window.settled(id, buffered: source.pendingCount) }
        if shouldRequest { signal.notify() }
    }

    /// Handles a status message, which reports that the server keeps a request or has ended it.
    private func handleStatus(_ message: NATSMessage) {
        guard let status = message.status else { return }
        let isHeartbeat = status == 100
        state.withLock { state in
            guard !isHeartbeat else {
                state.window.receivedHeartbeat()
                state.consecutiveRejections = 0
                return
            }
            state.window.requestEnded(undelivered: message.headers["Nats-Pending-Messages"].flatMap { Int($0) })
            // 408: the request expired. Any other status may mean that the consumer does not exist.
            guard status != 408 else { return }
            state.needsConsumerCheck = true
            state.consecutiveRejections += 1
        }
        if !isHeartbeat { signal.notify() }
    }

    private func moveToDeadLetters(_ id: UInt64, _ deadLetter: JetStreamDeadLetter) {
        state.withLock { $0.deadLetters.append(deadLetter) }
        settled(id)
        signal.notify()
    }
}
