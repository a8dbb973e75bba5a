// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Flow control of one stream: the sender counts unacknowledged bytes, the reader acknowledges bytes that it has room for.
/// Each message counts 64 bytes more than its size.
struct NATSStreamWindow: Sendable {
    /// The number of bytes that a peer of this toolkit sends without an acknowledgement.
    static let size = 256 * 1024
    /// The number of bytes that are buffered for a slow reader of a peer without flow control.
    static let maxUnthrottledBytes = 4 * 1024 * 1024

    static func cost(_ size: Int) -> Int { size + 64 }

    // MARK: The sender

    private var outstanding = 0

    var isFull: Bool { outstanding >= Self.size }

    mutating func sent(_ size: Int) { outstanding += Self.cost(size) }

    mutating func acknowledged(_ size: Int) { outstanding = max(0, outstanding - size) }

    // MARK: The reader

    /// Bytes to acknowledge.
    private var pending = 0
    /// Bytes received since the reader's buffer became full; nil while it is not full.
    private var excess: Int?

    /// Records a message that was added to the reader's buffer.
    ///
    /// - Returns: Whether the peer respected the limit.
    mutating func received(_ size: Int, hasRoom: Bool, isFlowControlled: Bool) -> Bool {
        pending += Self.cost(size)
        guard !hasRoom else {
            excess = nil
            return true
        }
        let sum = excess.map { $0 + Self.cost(size) } ?? 0
        excess = sum
        return sum <= (isFlowControlled ? 2 * Self.size : Self.maxUnthrottledBytes)
    }

    /// Records that the reader's buffer has room again.
    mutating func hasRoom() { excess = nil }

    /// The bytes to acknowledge now; nil if there are too few for a message.
    mutating func takeAcknowledgement() -> Int? {
        guard excess == nil, pending >= Self.size / 2 else { return nil }
        defer { pending = 0 }
        return pending
    }
}
