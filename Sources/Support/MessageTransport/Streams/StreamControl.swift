// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A control message between two swift-micro peers about a call or stream.
package enum StreamControl: Sendable, Equatable {
    /// Asks whether the peer still has the call or stream.
    case ping
    /// The call or stream exists.
    case pong
    /// The call or stream does not exist.
    case gone
    /// The caller no longer waits for the call or stream.
    case cancel
    /// The reader of a stream has consumed this many bytes, and the sender may send as many more.
    case windowUpdate(Int)

    /// Parses a text; nil for anything else.
    package init?(_ text: String) {
        let words = text.split(separator: " ")
        switch (words.first, words.count) {
        case ("ping", 1): self = .ping
        case ("pong", 1): self = .pong
        case ("gone", 1): self = .gone
        case ("cancel", 1): self = .cancel
        case ("taken", 2):
            guard let size = UInt32(words[1]) else { return nil }
            self = .windowUpdate(Int(size))
        default: return nil
        }
    }

    /// The text of the message.
    package var text: String {
        switch self {
        case .ping: "ping"
        case .pong: "pong"
        case .gone: "gone"
        case .cancel: "cancel"
        case .windowUpdate(let size): "taken \(size)"
        }
    }
}
