// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Testing

/// A TCP connection between a client and a server of go-micro, byte for byte, in the order of its packets.
///
/// The handlers of the recorded service: `Greeter.Hello` returns a greeting for a name (an empty one for an empty name, the
/// error 404 for `missing`, 409 for `taken`, a plain text for `plain`), `Greeter.Empty` an empty message. The stream
/// `Greeter.Chat` responds to each name in the same way and ends after `bye`; `Greeter.Count` sends the numbers below the
/// received one. `Greeter.ChatForward`, `Greeter.Forward` and `Greeter.OpenChat` call another service with their own headers, and
/// respond as `Greeter.Chat` and `Greeter.Hello`.
struct GoMicroRecording: CustomTestStringConvertible, Sendable {
    enum Step: Sendable {
        /// Bytes from the client. Each scalar is a byte.
        case client(String)
        case server(String)
        case clientCloses
        case serverCloses
    }

    let version: String
    let name: String
    var steps: [Step]

    init(_ version: String, _ name: String, _ steps: [Step]) {
        (self.version, self.name, self.steps) = (version, name, steps)
    }

    var testDescription: String { "\(version) \(name)" }

    /// Those of all versions whose client and server are both reproduced.
    static let all = v014 + v020 + v10 + v118 + v411 + v50 + errors + metadata + streams

    /// Whether the connection is a stream.
    var isStream: Bool {
        guard let endpoint = messages(ofClient: true).first?["Micro-Endpoint"] else {
            return name.contains("stream") || name.contains("count")
        }
        return ["Greeter.Chat", "Greeter.ChatForward", "Greeter.Count"].contains(endpoint)
    }

    /// Whether the media type is JSON, in an envelope or not.
    var isJSON: Bool {
        messages(ofClient: true).first?["Content-Type"]?.hasPrefix("application/json") == true
    }

    /// Whether a handler in Go fails with a plain text. The same error of a handler in Swift is JSON with the code `internal`.
    var hasPlainError: Bool {
        messages(ofClient: false).contains { message in
            (LegacyContent(message.body)?.error ?? message["Micro-Error"]) == "plain failure"
        }
    }

    static func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

    /// The messages of one side.
    func messages(ofClient isClient: Bool) -> [Message] {
        let bytes = steps.flatMap { step -> [UInt8] in
            switch step {
            case .client(let text) where isClient: Self.bytes(text)
            case .server(let text) where !isClient: Self.bytes(text)
            default: []
            }
        }
        return Message.all(in: bytes)
    }

    /// An HTTP message.
    struct Message: Equatable {
        var fields: [String: String] = [:]
        var body: [UInt8] = []

        /// The value of a field with or without `X-`; nil also for an empty one.
        subscript(name: String) -> String? {
            let value = fields[name.lowercased()] ?? fields["x-\(name.lowercased())"] ?? ""
            return value.isEmpty ? nil : value
        }

        /// The complete messages in bytes.
        static func all(in bytes: [UInt8]) -> [Message] {
            var (messages, rest) = ([Message](), bytes[...])
            while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
                var message = Message()
                for line in String(decoding: rest[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
                    .dropFirst()
                {
                    let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                    message.fields[parts[0].lowercased()] = parts.last.map { String($0.drop { $0 == " " }) }
                }
                rest = rest[end.upperBound...]
                if message.fields["transfer-encoding"] != nil {
                    // All recorded ones are empty.
                    guard rest.starts(with: Array("0\r\n\r\n".utf8)) else { break }
                    rest = rest.dropFirst(5)
                } else {
                    let length = message.fields["content-length"].flatMap { Int($0) } ?? 0
                    guard rest.count >= length else { break }
                    message.body = Array(rest.prefix(length))
                    rest = rest.dropFirst(length)
                }
                messages.append(message)
            }
            return messages
        }
    }
}
