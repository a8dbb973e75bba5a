// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The metadata of a delivered message, which is in the subject for acknowledgements
/// ([ADR-15](https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-15.md)):
/// `$JS.ACK.<stream>.<consumer>.<attempt>.<stream sequence>.<consumer sequence>.<time>.<pending>`. Since server 2.10 a domain
/// and an account may follow `$JS.ACK`.
struct JetStreamMessageMetadata {
    let attempt: Int
    /// The sequence of the message in the stream.
    let sequence: UInt64
    /// The number of this delivery among all deliveries of the consumer.
    let consumerSequence: UInt64

    /// Parses a reply subject; nil if it is not a subject for acknowledgements.
    init?(acknowledgementSubject subject: String) {
        let tokens = subject.split(separator: ".", omittingEmptySubsequences: false)
        guard tokens.count == 9 || tokens.count >= 11, tokens[0] == "$JS", tokens[1] == "ACK" else { return nil }
        let first = tokens.count == 9 ? 4 : 6
        guard let attempt = Int(tokens[first]), let sequence = UInt64(tokens[first + 1]),
            let consumerSequence = UInt64(tokens[first + 2]), attempt >= 1
        else { return nil }
        self.attempt = attempt
        self.sequence = sequence
        self.consumerSequence = consumerSequence
    }
}
