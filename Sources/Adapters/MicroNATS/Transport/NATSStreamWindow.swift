// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How much of a stream may be on its way: who sends counts what was not acknowledged, who reads acknowledges what it has
/// room for. Both are counted in bytes of messages with 64 for each.
struct NATSStreamWindow: Sendable {
    /// How much a peer of this toolkit sends without a word of the other.
    static let size = 256 * 1024
    /// How much of a peer that cannot be held back is kept for a slow reader.
    static let maxUnthrottledBytes = 4 * 1024 * 1024

    static func cost(_ size: Int) -> Int { size + 64 }

    // MARK: The sender

    private var outstanding = 0

    var isFull: Bool { outstanding >= Self.size }

    mutating func sent(_ size: Int) { outstanding += Self.cost(size) }

    mutating func acknowledged(_ size: Int) { outstanding = max(0, outstanding - size) }

    // MARK: The reader

    /// What is to be acknowledged.
    private var pending = 0
    /// How much has come since the reader's buffer was full; nil while it is not.
    private var excess: Int?

    /// A message was put into the reader's buffer.
    ///
    /// - Returns: Whether the peer has kept to the rules.
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

    /// The reader's buffer has room again.
    mutating func hasRoom() { excess = nil }

    /// What to acknowledge now, if it is worth a message.
    mutating func takeAcknowledgement() -> Int? {
        guard excess == nil, pending >= Self.size / 2 else { return nil }
        defer { pending = 0 }
        return pending
    }
}
