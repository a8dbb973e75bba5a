// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The rules for topics, patterns, queue names and headers, which are the same for all brokers. Every backend accepts
/// valid values unchanged, and no valid value can be mistaken for a protocol command.
public enum TopicRules {
    /// The maximum length of a topic in bytes: with the prefix `topic:` it is a valid service name.
    public static let maxTopicLength = 247
    /// The maximum number of headers.
    public static let maxHeaderCount = 1024
    /// The maximum length of a header name in bytes: names are short strings in AMQP.
    public static let maxHeaderNameLength = 255

    /// Checks a topic: tokens of `A-Z a-z 0-9 _ : -` separated by dots, at most 247 bytes, the first character a letter or
    /// digit.
    ///
    /// - Throws: ``MicroError`` with `invalidTopic`.
    public static func check(topic: String) throws {
        guard isTopic(topic) else { throw invalid(topic, "a topic") }
    }

    /// Checks a topic or a pattern, in which the token `*` can be anywhere and the token `>` at the end.
    ///
    /// - Throws: ``MicroError`` with `invalidTopic`.
    public static func check(pattern: String) throws {
        if isTopic(pattern) { return }
        let tokens = pattern.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isValid = tokens.enumerated().allSatisfy { index, token in
            if token.elementsEqual("*".utf8) { return true }
            if token.elementsEqual(">".utf8) { return index == tokens.count - 1 }
            return !token.isEmpty && token.allSatisfy(isTokenByte)
                && (index > 0 || token.first?.isASCIIAlphanumeric == true)
        }
        guard isValid, (1...maxTopicLength).contains(pattern.utf8.count) else {
            throw invalid(pattern, "a topic or a pattern")
        }
    }

    /// Checks the name of a queue or of a durable subscription, by the rules for topics.
    ///
    /// - Throws: ``MicroError`` with `invalidName`.
    public static func check(queue: String) throws {
        guard isTopic(queue) else {
            throw MicroError(
                .invalidName, "\(NameRules.quoted(queue)) is not a queue name: expected \(rule)",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
    }

    /// Checks headers: names of visible ASCII characters without a colon (RFC 9110, section 5.1, allows no others), values
    /// without line breaks, NUL, and white space at either end.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument`.
    public static func check(headers: Headers) throws {
        guard !headers.isEmpty else { return }
        for (name, value) in headers {
            let isName = name.utf8.allSatisfy { $0.isVisibleASCII && $0 != UInt8(ascii: ":") }
            guard isName, (1...maxHeaderNameLength).contains(name.utf8.count) else {
                throw invalid(
                    "\(NameRules.quoted(name)) is not a header name: expected visible ASCII characters without a colon")
            }
            guard !value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }),
                value.utf8.first?.isBlank != true, value.utf8.last?.isBlank != true
            else {
                throw invalid(
                    "the value of the header \(name) has a line break, a NUL, or white space at an end: encode it")
            }
        }
        guard headers.count <= maxHeaderCount else {
            throw invalid("a message has \(headers.count) headers, the limit is \(maxHeaderCount)")
        }
    }

    /// Whether a text is a valid topic.
    public static func isTopic(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let first = bytes.first, first.isASCIIAlphanumeric, bytes.count <= maxTopicLength else {
                return false
            }
            let dot = UInt8(ascii: ".")
            var previous: UInt8 = 0
            for byte in bytes {
                guard isTokenByte(byte) || (byte == dot && previous != dot) else { return false }
                previous = byte
            }
            return previous != dot
        }
    }

    private static let rule =
        "1 to \(maxTopicLength) of A-Z a-z 0-9 _ : - and single dots, beginning with a letter or digit"

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: "-")
    }

    private static func invalid(_ text: String, _ what: String) -> MicroError {
        MicroError(
            .invalidTopic, "\(NameRules.quoted(text)) is not \(what): expected \(rule)",
            origin: MicroError.Origin.broker, isSafeToRetry: true)
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.broker, isSafeToRetry: true)
    }
}
