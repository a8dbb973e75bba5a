// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MessageTransport
import MicroCore
import NIOCore

/// Control messages are separate from calls and streams: they use a subject to which go-micro does not subscribe.
///
/// A control message applies to the stream of the client's inbox, or to all calls in flight that the client has sent
/// from it. The client sends `PUB _INBOX.server.control _INBOX.client.control` to the listener at `_INBOX.server`; the
/// listener sends to `_INBOX.client.control`.
extension StreamControl {
    private static let suffix = ".control"

    /// The control subject that belongs to a subject.
    static func subject(of subject: String) -> String { subject + suffix }

    /// The subject that a control subject belongs to; nil for other subjects.
    static func owner(of subject: String) -> String? {
        subject.hasSuffix(suffix) ? String(subject.dropLast(suffix.count)) : nil
    }

    /// Parses a control message; nil if the message is not one.
    init?(_ message: NATSMessage) {
        guard message.status == nil, message.body.readableBytes <= 32 else { return nil }
        self.init(String(buffer: message.body))
    }

    /// Sends the control message. Without a connection, it is dropped.
    ///
    /// - Parameter inbox: The client's inbox if the client is the sender.
    func send(to subject: String, inbox: String? = nil, by connection: NATSConnectionManager) {
        let message = BrokerMessage(text: text)
        connection.sendControl { output in
            output.appendPublish(message, to: Self.subject(of: subject), reply: inbox.map(Self.subject(of:)))
        }
    }
}
