// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// The format of the messages of a stream in an HTTP response.
enum StreamFormat: Sendable {
    /// [Server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html). The last one is of the type `end`,
    /// or `error` with go-micro's JSON, so that a client need not reconnect.
    case events
    /// JSON values, one per line ([NDJSON](https://github.com/ndjson/ndjson-spec)). An error is the last line,
    /// `{"error":{…}}`.
    case lines

    /// The format that a client accepts: events if it asks for them, otherwise lines.
    init(accept: String?) {
        let types = (accept ?? "").lowercased().split(separator: ",").map {
            $0.prefix { $0 != ";" }.filter { $0 != " " }
        }
        self = types.contains("text/event-stream") ? .events : .lines
    }

    /// The value of `Content-Type`.
    var contentType: String {
        switch self {
        case .events: "text/event-stream"
        case .lines: "application/x-ndjson"
        }
    }

    /// A message.
    func message(_ message: ByteBuffer) -> ByteBuffer {
        let content = message.withoutTrailingBlanks
        return switch self {
        case .events: event(nil, content)
        case .lines: line(content)
        }
    }

    /// The bytes that are sent while there are no messages, to detect a broken connection; nil if there are none.
    var heartbeat: ByteBuffer? { self == .events ? ByteBuffer(string: ": ping\n\n") : nil }

    /// The bytes for a normal end of the stream; nil if the format has none.
    var end: ByteBuffer? { self == .events ? event("end", ByteBuffer(string: "{}")) : nil }

    /// An error that has ended the stream.
    func error(_ error: MicroError) -> ByteBuffer {
        switch self {
        case .events: event("error", ByteBuffer(string: error.wireText))
        case .lines: ByteBuffer(string: "{\"error\":\(error.wireText)}\n")
        }
    }

    private func event(_ type: String?, _ data: ByteBuffer) -> ByteBuffer {
        var event = ByteBuffer(string: type.map { "event: \($0)\n" } ?? "")
        // A line break of any kind would end the line of the event.
        let lines = data.readableBytesView.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
        for line in lines {
            event.writeString("data: ")
            event.writeBytes(line)
            event.writeString("\n")
        }
        event.writeString("\n")
        return event
    }

    /// JSON has line breaks only between its tokens.
    private func line(_ message: ByteBuffer) -> ByteBuffer {
        var line = ByteBuffer(bytes: message.readableBytesView.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 })
        line.writeString("\n")
        return line
    }
}

extension ByteBuffer {
    /// The bytes without blanks and line breaks at the end: codecs may end a message with a line break.
    var withoutTrailingBlanks: ByteBuffer {
        let end = readableBytesView.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? readerIndex
        return getSlice(at: readerIndex, length: end - readerIndex) ?? self
    }
}
