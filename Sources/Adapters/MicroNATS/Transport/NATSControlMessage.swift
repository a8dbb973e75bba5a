// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroCore
import NIOCore

/// A message between two peers of this toolkit beside those of a call or stream. It has a subject of its own, to which
/// go-micro does not subscribe.
///
/// A call or stream is identified by the client's inbox. The client sends
/// `PUB _INBOX.server.control _INBOX.client.control` to the listener at `_INBOX.server`; the listener sends to
/// `_INBOX.client.control`.
enum NATSControlMessage: Sendable, Equatable {
    /// Asks whether the peer still has the call or stream.
    case ping
    /// The peer still has it.
    case pong
    /// The peer does not have it.
    case gone
    /// The caller has abandoned it.
    case cancel
    /// The reader of a stream has consumed this many bytes, and the sender may send as many more.
    case windowUpdate(Int)

    private static let suffix = ".control"

    /// The control subject that belongs to a subject.
    static func subject(of subject: String) -> String { subject + suffix }

    /// The subject that a control subject belongs to; nil for other subjects.
    static func owner(of subject: String) -> String? {
        subject.hasSuffix(suffix) ? String(subject.dropLast(suffix.count)) : nil
    }

    /// Parses a message; nil for anything else.
    init?(_ message: NATSMessage) {
        guard message.status == nil, message.body.readableBytes <= 32 else { return nil }
        let words = String(buffer: message.body).split(separator: " ")
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

    private var text: String {
        switch self {
        case .ping: "ping"
        case .pong: "pong"
        case .gone: "gone"
        case .cancel: "cancel"
        case .windowUpdate(let size): "taken \(size)"
        }
    }

    /// Sends the message if there is a connection.
    ///
    /// - Parameter inbox: The client's inbox if the client is the sender.
    func send(to subject: String, inbox: String? = nil, by connection: NATSConnectionManager) {
        let message = BrokerMessage(text: text)
        connection.sendControl { output in
            output.appendPublish(message, to: Self.subject(of: subject), reply: inbox.map(Self.subject(of:)))
        }
    }
}
