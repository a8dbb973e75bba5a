// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How far a consumer has read its stream: a consumer that the server lost is recreated there.
struct JetStreamConsumerProgress {
    private static let maxUnacknowledged = 65_536

    /// The sequence of the last message that was delivered, or that preceded the consumer; nil until the consumer exists.
    private(set) var lastSequence: UInt64?
    /// The server's acknowledgement floor when it was last read.
    private var ackFloor: UInt64 = 0
    /// Sequences of messages that were delivered here and not acknowledged, up to the limit.
    private var unacknowledged: Set<UInt64> = []
    /// The lowest unacknowledged sequence when the limit was exceeded.
    private var firstUnacknowledged: UInt64?
    /// The creation time of the stream that the sequences belong to.
    private(set) var streamCreated: String?

    /// No progress in an existing stream.
    static func beginning(ofStream created: String?) -> JetStreamConsumerProgress {
        var progress = JetStreamConsumerProgress()
        (progress.lastSequence, progress.streamCreated) = (0, created)
        return progress
    }

    /// The sequence to resume at, so that no message is lost. Acknowledged messages may be delivered again.
    func resumeSequence(isDurable: Bool) -> UInt64 {
        // Other clients of a durable consumer may hold unacknowledged messages.
        if isDurable { return ackFloor + 1 }
        return firstUnacknowledged ?? unacknowledged.min() ?? (lastSequence ?? 0) + 1
    }

    mutating func recordDelivery(of sequence: UInt64) {
        lastSequence = max(lastSequence ?? 0, sequence)
        if unacknowledged.count >= Self.maxUnacknowledged, firstUnacknowledged == nil {
            firstUnacknowledged = unacknowledged.min()
        }
        if firstUnacknowledged == nil { unacknowledged.insert(sequence) }
    }

    mutating func recordAcknowledgement(of sequence: UInt64) { unacknowledged.remove(sequence) }

    /// Records the progress that the server reports.
    mutating func record(_ info: ConsumerInfo, ofStream created: String?) {
        lastSequence = max(lastSequence ?? 0, info.delivered?.streamSeq ?? 0)
        ackFloor = max(ackFloor, info.ackFloor?.streamSeq ?? 0)
        streamCreated = created
    }
}
