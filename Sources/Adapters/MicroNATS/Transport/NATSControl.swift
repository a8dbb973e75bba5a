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
enum NATSControl: Sendable, Equatable {
    /// Is the session still there?
    case ping
    /// It is.
    case pong
    /// It is not.
    case gone
    /// The caller does not want the session any more.
    case cancel
    /// So many bytes of messages of a stream were taken, and as many more may come.
    case taken(Int)

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
            self = .taken(Int(size))
        default: return nil
        }
    }

    fileprivate var text: String {
        switch self {
        case .ping: "ping"
        case .pong: "pong"
        case .gone: "gone"
        case .cancel: "cancel"
        case .taken(let size): "taken \(size)"
        }
    }

    /// Says it, if there is a connection.
    ///
    /// - Parameter inbox: The client's, if it is the client who says it.
    func send(to subject: String, inbox: String? = nil, by link: NATSLink) {
        link.sendNow { $0.append(self, to: subject, inbox: inbox) }
    }
}

extension CurlOutput {
    /// What is said beside messages.
    fileprivate mutating func append(_ control: NATSControl, to subject: String, inbox: String?) {
        appendPublish(
            Message(body: ByteBuffer(string: control.text)), to: NATSControl.subject(of: subject),
            reply: inbox.map(NATSControl.subject(of:)))
    }
}

/// What a message of a stream carries as headers of NATS, which go-micro's peers never see: its number, by which a lost one
/// is noticed, and whether its end is the end of one direction only.
struct NATSStreamMark: Sendable {
    private static let number = "Micro-Number"
    private static let half = "Micro-Half"

    /// The most that it takes, in bytes.
    static let largestSize = 96

    /// 0 for the message that opens the stream.
    var number: UInt64
    /// Whether who says that it has finished still listens.
    var isHalf = false

    init(number: UInt64, isHalf: Bool = false) {
        self.number = number
        self.isHalf = isHalf
    }

    /// That of a message; nil if it comes from somebody else.
    init?(_ headers: Headers) {
        guard let number = headers[Self.number].flatMap({ UInt64($0) }) else { return nil }
        self.number = number
        isHalf = headers[Self.half] != nil
    }

    var headers: Headers {
        var headers: Headers = [Self.number: String(number)]
        if isHalf { headers.add(Self.half, "1") }
        return headers
    }
}
