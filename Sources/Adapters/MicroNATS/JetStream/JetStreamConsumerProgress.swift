// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The position of a consumer in its stream, at which a lost consumer is recreated.
struct JetStreamConsumerProgress {
    private static let maxUnacknowledged = 65_536

    /// The sequence of the last message that was delivered, or that preceded the consumer; nil until the consumer exists.
    private(set) var lastSequence: UInt64?
    /// The server's acknowledgement floor when it was last read.
    private var ackFloor: UInt64 = 0
    /// Sequences of messages that this client has received but not acknowledged, up to the limit.
    private var unacknowledged: Set<UInt64> = []
    /// The lowest unacknowledged sequence when the limit was exceeded.
    private var firstUnacknowledged: UInt64?
    /// The creation time of the stream that the sequences belong to.
    private(set) var streamCreated: String?
    /// The creation time of the consumer.
    private var consumerCreated: String?
    /// The number of the last delivery that this client has taken into account.
    private var consumerSequence: UInt64 = 0
    /// Whether other clients may have received messages, which may be unacknowledged.
    private var isShared = false
    /// Whether anything was delivered or acknowledged since the server's progress was last read.
    private var hasActivity = false

    /// Whether acknowledged messages would be delivered again if the consumer were lost now.
    var isStale: Bool { isShared && hasActivity }

    /// No progress in an existing stream.
    static var beginning: JetStreamConsumerProgress {
        var progress = JetStreamConsumerProgress()
        progress.lastSequence = 0
        return progress
    }

    /// The sequence to resume at, so that no message is lost. Acknowledged messages may be delivered again.
    var resumeSequence: UInt64 {
        // Other clients may hold unacknowledged messages after the server's acknowledgement floor.
        if isShared { return ackFloor.successor }
        return firstUnacknowledged ?? unacknowledged.min() ?? (lastSequence ?? 0).successor
    }

    mutating func recordDelivery(_ metadata: JetStreamMessageMetadata) {
        hasActivity = true
        lastSequence = max(lastSequence ?? 0, metadata.sequence)
        // Deliveries in between went to other clients.
        if metadata.consumerSequence > consumerSequence.successor { isShared = true }
        consumerSequence = max(consumerSequence, metadata.consumerSequence)
        if unacknowledged.count >= Self.maxUnacknowledged, firstUnacknowledged == nil {
            firstUnacknowledged = unacknowledged.min()
        }
        if firstUnacknowledged == nil { unacknowledged.insert(metadata.sequence) }
    }

    mutating func recordAcknowledgement(of sequence: UInt64) {
        hasActivity = true
        unacknowledged.remove(sequence)
    }

    /// Whether another consumer has replaced the used one and starts at a different position: at an earlier message, or
    /// at a later message although it has not delivered any yet.
    func isOutdated(_ info: ConsumerInfo) -> Bool {
        guard let consumerCreated, let created = info.created, created != consumerCreated else { return false }
        let next = (info.delivered?.streamSeq ?? 0).successor
        return next < resumeSequence || (next > resumeSequence && (info.delivered?.consumerSeq ?? 0) == 0)
    }

    /// Records the progress that the server reports.
    mutating func record(_ info: ConsumerInfo, ofStream created: String?) {
        lastSequence = max(lastSequence ?? 0, info.delivered?.streamSeq ?? 0)
        ackFloor = max(ackFloor, info.ackFloor?.streamSeq ?? 0)
        (streamCreated, hasActivity) = (created, false)
        let hasPending = (info.numAckPending ?? 0) > 0
        if info.created != consumerCreated {
            (consumerCreated, consumerSequence, isShared) = (info.created, 0, hasPending)
        }
        if !hasPending { isShared = false }
        // If nothing is pending or the consumer is new to this client, the numbers of later deliveries show whether
        // other clients also receive messages.
        if !isShared || consumerSequence == 0 {
            consumerSequence = max(consumerSequence, info.delivered?.consumerSeq ?? 0)
        }
    }
}

extension UInt64 {
    /// The next sequence. A peer can send any number, so the addition must not overflow.
    fileprivate var successor: UInt64 { self == .max ? self : self + 1 }
}
