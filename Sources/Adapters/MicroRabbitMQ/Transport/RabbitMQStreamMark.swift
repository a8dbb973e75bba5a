// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MessageTransport

/// The property `type` of a message, which go-micro does not read. It has the number by which swift-micro peers detect
/// lost messages, or a control message.
enum RabbitMQStreamMark: Sendable, Equatable {
    /// The end of the routing key to which a client sends control messages. go-micro has no queue there.
    static let controlSuffix = ".control"

    /// A message of a stream with its number; 0 for the message that opens the stream.
    case message(UInt64)
    /// The end of the sender's messages; it still receives.
    case halfClose(UInt64)
    /// The end of the stream.
    case end(UInt64)
    case control(StreamControl)

    /// Parses a property; nil for that of another sender.
    init?(_ text: String?) {
        guard let text, text.utf8.count <= 32 else { return nil }
        if let control = StreamControl(text) {
            self = .control(control)
            return
        }
        let words = text.split(separator: " ")
        guard words.count == 2, let number = UInt64(words[1]) else { return nil }
        switch words[0] {
        case "message": self = .message(number)
        case "half-close": self = .halfClose(number)
        case "end": self = .end(number)
        default: return nil
        }
    }

    /// The mark of a message.
    init(_ number: UInt64, _ position: StreamPosition) {
        switch position {
        case .message: self = .message(number)
        case .halfClose: self = .halfClose(number)
        case .end: self = .end(number)
        }
    }

    var text: String {
        switch self {
        case .message(let number): "message \(number)"
        case .halfClose(let number): "half-close \(number)"
        case .end(let number): "end \(number)"
        case .control(let control): control.text
        }
    }

    /// The number of a message or an end; nil for control messages.
    var number: UInt64? {
        switch self {
        case .message(let number), .halfClose(let number), .end(let number): number
        case .control: nil
        }
    }
}

extension RabbitMQRoute {
    /// Sends a control message, if there is room.
    func send(_ control: StreamControl) {
        // Messages to a client arrive at one address.
        let suffix = replyTo == nil ? "" : RabbitMQStreamMark.controlSuffix
        _ = tryPublish(RabbitMQCallFormat.properties(mark: .control(control)), suffix: suffix)
    }
}
