// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// What the subject for acknowledgements tells of a message
/// ([ADR-15](https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-15.md)):
/// `$JS.ACK.<stream>.<consumer>.<attempt>.<stream sequence>.<consumer sequence>.<time>.<pending>`, since 2.10 maybe with
/// a domain and an account behind `$JS.ACK`.
struct JetStreamMessageMetadata {
    let attempt: Int
    let sequence: UInt64

    /// Nil if it is no such subject.
    init?(acknowledgement subject: String) {
        let tokens = subject.split(separator: ".", omittingEmptySubsequences: false)
        guard tokens.count == 9 || tokens.count >= 11, tokens[0] == "$JS", tokens[1] == "ACK" else { return nil }
        let first = tokens.count == 9 ? 4 : 6
        guard let attempt = Int(tokens[first]), let sequence = UInt64(tokens[first + 1]), attempt >= 1 else {
            return nil
        }
        self.attempt = attempt
        self.sequence = sequence
    }
}

/// What a client answers to a message.
enum JetStreamAcknowledgement {
    case acknowledge
    case reject(after: Duration?)
    /// It must not come again, though it was not handled.
    case terminate

    var message: BrokerMessage {
        switch self {
        case .acknowledge: BrokerMessage(text: "+ACK")
        case .reject(let delay?) where delay > .zero: BrokerMessage(text: "-NAK {\"delay\": \(delay.nanoseconds)}")
        case .reject: BrokerMessage(text: "-NAK")
        case .terminate: BrokerMessage(text: "+TERM")
        }
    }
}
