// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import Synchronization

/// A message that exceeded the maximum number of deliveries.
struct JetStreamDeadLetter: Sendable {
    let message: NATSMessage
    let sequence: UInt64
    /// The subject for its acknowledgement.
    let reply: String
}

extension JetStreamFeed {
    /// Publishes dead letters, and terminates each original message once its dead letter is published.
    ///
    /// If a dead letter cannot be published now, the server delivers the message again; if it can never be published,
    /// that is only logged.
    func publishDeadLetters() async {
        while let deadLetter = state.withLock({ $0.deadLetters.isEmpty ? nil : $0.deadLetters.removeFirst() }) {
            var metadata: Logger.Metadata = ["consumer": "\(consumer.name)", "attempts": "\(limits.maxAttempts)"]
            do {
                if let deadLetterTopic {
                    try await jetStream.publishDeadLetter(deadLetter.message, to: deadLetterTopic)
                }
            } catch let error as MicroError where [.payloadTooLarge, .invalidArgument].contains(error.code) {
                metadata["cause"] = "\(error)"
            } catch {
                logger.warning(
                    "a dead letter could not be published", throttle: deadLetterWarnings,
                    metadata: metadata.merging(["cause": "\(error)"]) { $1 })
                continue
            }
            logger.warning("a message exceeded the maximum number of deliveries", metadata: metadata)
            sendAcknowledgement(.terminate, deadLetter.reply)
            consumer.recordAcknowledgement(of: deadLetter.sequence)
        }
    }
}
