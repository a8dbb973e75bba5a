// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroCore
import NIOCore

/// What two peers of this toolkit say to each other beside the messages of a session. It has a subject of its own, behind
/// that of the peer: go-micro's peers do not subscribe to it and never see any of it.
///
/// A session is named by the client's inbox. To the listener at `_INBOX.server` its client says
/// `PUB _INBOX.server.control _INBOX.client.control`; it is told something at `_INBOX.client.control`.
enum NATSControlMessage: Sendable, Equatable {
    /// Is the session still there?
    case ping
    /// It is.
    case pong
    /// It is not.
    case gone
    /// The caller does not want the session any more.
    case cancel
    /// So many bytes of messages of a stream were taken, and as many more may come.
    case windowUpdate(Int)

    private static let suffix = ".control"

    /// Where it is said to who has this subject.
    static func subject(of subject: String) -> String { subject + suffix }

    /// Whose subject it is; nil if it is not for this.
    static func owner(of subject: String) -> String? {
        subject.hasSuffix(suffix) ? String(subject.dropLast(suffix.count)) : nil
    }

    /// Reads one; nil for anything else.
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

    fileprivate var text: String {
        switch self {
        case .ping: "ping"
        case .pong: "pong"
        case .gone: "gone"
        case .cancel: "cancel"
        case .windowUpdate(let size): "taken \(size)"
        }
    }

    /// Says it, if there is a connection.
    ///
    /// - Parameter inbox: The client's, if it is the client who says it.
    func send(to subject: String, inbox: String? = nil, by connection: NATSConnectionManager) {
        connection.sendIfConnected { $0.append(self, to: subject, inbox: inbox) }
    }
}

extension CurlOutput {
    /// What is said beside messages.
    fileprivate mutating func append(_ control: NATSControlMessage, to subject: String, inbox: String?) {
        appendPublish(
            BrokerMessage(body: ByteBuffer(string: control.text)), to: NATSControlMessage.subject(of: subject),
            reply: inbox.map(NATSControlMessage.subject(of:)))
    }
}

/// What a message of a stream carries as headers of NATS, which go-micro's peers never see: its number, by which a lost one
/// is noticed, and whether its end is the end of one direction only.
struct NATSStreamHeaders: Sendable {
    private static let numberHeader = "Micro-Number"
    private static let halfCloseHeader = "Micro-Half"

    /// The most that it takes, in bytes.
    static let maxSize = 96

    /// 0 for the message that opens the stream.
    var number: UInt64
    /// Whether who says that it has finished still listens.
    var isHalfClose = false

    init(number: UInt64, isHalfClose: Bool = false) {
        self.number = number
        self.isHalfClose = isHalfClose
    }

    /// That of a message; nil if it comes from somebody else.
    init?(_ headers: Headers) {
        guard let number = headers[Self.numberHeader].flatMap({ UInt64($0) }) else { return nil }
        self.number = number
        isHalfClose = headers[Self.halfCloseHeader] != nil
    }

    var headers: Headers {
        var headers: Headers = [Self.numberHeader: String(number)]
        if isHalfClose { headers.add(Self.halfCloseHeader, "1") }
        return headers
    }
}
