// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Flow control of one stream: the sender counts unacknowledged bytes, the reader acknowledges bytes that it has room for.
/// Each message counts 64 bytes more than its size.
package struct StreamWindow: Sendable {
    /// The number of bytes that a swift-micro peer sends without an acknowledgement.
    package static let size = 256 * 1024
    /// The number of bytes that are buffered for a slow reader of a peer without flow control.
    private static let maxUnthrottledBytes = 4 * 1024 * 1024

    private static func cost(_ size: Int) -> Int { size + 64 }

    /// Creates the state of a new stream.
    package init() {}

    // MARK: The sender

    /// Sent bytes that are not acknowledged.
    private var outstanding = 0

    /// Whether the sender has to wait for an acknowledgement.
    package var isFull: Bool { outstanding >= Self.size }

    /// Records a message that was sent.
    package mutating func sent(_ size: Int) { outstanding += Self.cost(size) }

    /// Records an acknowledgement of the peer.
    package mutating func acknowledged(_ size: Int) { outstanding = max(0, outstanding - size) }

    // MARK: The reader

    /// Bytes to acknowledge.
    private var pending = 0
    /// Bytes received since the reader's buffer became full; nil while it is not full.
    private var excess: Int?

    /// How often the reader's buffer got room again.
    private(set) var roomCount: UInt64 = 0

    /// Records a message that was added to the reader's buffer.
    ///
    /// - Parameters:
    ///   - hasRoom: Whether the buffer had room after the message was added.
    ///   - roomCount: The value of ``roomCount`` before the message was added. If it has changed, the reader has made
    ///     room before this call.
    /// - Returns: Whether the peer respected the limit.
    package mutating func received(
        _ size: Int, hasRoom: Bool, since roomCount: UInt64, isFlowControlled: Bool
    ) -> Bool {
        pending += Self.cost(size)
        guard !hasRoom, roomCount == self.roomCount else {
            excess = nil
            return true
        }
        let sum = excess.map { $0 + Self.cost(size) } ?? 0
        excess = sum
        return sum <= (isFlowControlled ? 2 * Self.size : Self.maxUnthrottledBytes)
    }

    /// Records that the reader's buffer has room again.
    package mutating func hasRoom() {
        excess = nil
        roomCount &+= 1
    }

    /// The bytes to acknowledge now; nil if there are too few for a message.
    package mutating func takeAcknowledgement() -> Int? {
        guard excess == nil, pending >= Self.size / 2 else { return nil }
        defer { pending = 0 }
        return pending
    }
}
